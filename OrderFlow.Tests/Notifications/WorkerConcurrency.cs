using OrderFlow.Silo.Notifications.Worker;

namespace OrderFlow.Tests.Notifications;

/// <summary>Under load one claim serves many slots; no slot waits longer than a moment for it.</summary>
public sealed class WorkerConcurrency
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SteppedClock _clock = new();

    [Fact]
    public async Task A_quarter_of_them_is_worth_a_claim_at_once()
    {
        var slots = new WorkerSlots(8, _clock);
        slots.Acquire(8);
        var gathering = slots.WaitForFree(CancellationToken.None).AsTask();

        slots.Release();
        Assert.False(gathering.IsCompleted);
        slots.Release();
        Assert.Equal(2, await gathering.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_single_one_waits_a_moment_for_more()
    {
        var slots = new WorkerSlots(8, _clock);
        slots.Acquire(7);
        var gathering = slots.WaitForFree(CancellationToken.None).AsTask();

        await _clock.WaitForTimer(WorkerSlots.Linger);
        Assert.False(gathering.IsCompleted);
        _clock.Advance(WorkerSlots.Linger);
        Assert.Equal(1, await gathering.WaitAsync(Patience));
    }

    [Fact]
    public async Task The_first_one_is_enough_when_the_moment_is_over()
    {
        var slots = new WorkerSlots(8, _clock);
        slots.Acquire(8);
        var gathering = slots.WaitForFree(CancellationToken.None).AsTask();
        await _clock.WaitForTimer(WorkerSlots.Linger);
        _clock.Advance(WorkerSlots.Linger);
        await WorkerHost.Until("one slot to be awaited", () => slots.AwaitedCount == 1);

        slots.Release();
        Assert.Equal(1, await gathering.WaitAsync(Patience));
    }

    [Fact]
    public async Task Nobody_waits_where_the_worker_stops()
    {
        var slots = new WorkerSlots(8, _clock);
        slots.Acquire(8);
        using var stopping = new CancellationTokenSource();
        var gathering = slots.WaitForFree(stopping.Token).AsTask();

        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gathering.WaitAsync(Patience));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new WorkerSlots(8, _clock).WaitForFree(stopping.Token).AsTask());
    }
}
