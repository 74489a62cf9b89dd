using Microsoft.Extensions.Time.Testing;

namespace OrderFlow.Tests.Api;

public sealed class Probing_health
{
    private readonly FakeTimeProvider _time = new();

    [Fact]
    public async Task One_question_serves_all_who_ask_within_a_moment()
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
    public async Task No_answer_in_time_is_no_answer()
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
            _time.Advance(HealthProbe.Timeout);   // again and again, for the wait may begin a little after the question
            await Task.Yield();
        }

        Assert.False(await answers);
    }
}
