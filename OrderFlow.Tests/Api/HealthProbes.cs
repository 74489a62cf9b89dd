using Microsoft.Extensions.Time.Testing;

namespace OrderFlow.Tests.Api;

public sealed class HealthProbes
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task A_result_is_shared_by_all_who_ask_within_a_moment()
    {
        var asked = 0;
        var probe = new HealthProbe(
            () =>
            {
                Interlocked.Increment(ref asked);
                return Task.CompletedTask;
            },
            _time);

        foreach (var _ in Enumerable.Range(0, 100)) Assert.True(await probe.IsHealthy());
        Assert.Equal(1, asked);

        _time.Advance(HealthProbe.CacheDuration);
        Assert.True(await probe.IsHealthy());
        Assert.Equal(2, asked);
    }

    [Fact]
    public async Task A_check_that_times_out_is_unhealthy()
    {
        var began = new TaskCompletionSource();
        var probe = new HealthProbe(
            () =>
            {
                began.SetResult();
                return new TaskCompletionSource().Task;
            },
            _time);

        var answers = probe.IsHealthy();
        await began.Task;
        while (!answers.IsCompleted)
        {
            _time.Advance(HealthProbe.Timeout);   // repeatedly: the timeout may start a little after the call
            await Task.Yield();
        }

        Assert.False(await answers);
    }
}
