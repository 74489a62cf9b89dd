using OrderFlow.Silo.Notifications.Worker;

namespace OrderFlow.Tests.Notifications;

/// <summary>Under load one claim fills many slots, and no free slot lingers long for it.</summary>
public sealed class WorkerConcurrency
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    private readonly SteppedClock _clock = new();

    [Fact]
    public async Task A_quarter_of_the_slots_is_claimed_for_at_once()
    {
        var slots = new WorkerSlots(8, _clock);
        slots.Acquire(8);
        var waiting = slots.WaitForFree(CancellationToken.None).AsTask();

        slots.Release();
        Assert.False(waiting.IsCompleted);
        slots.Release();
        Assert.Equal(2, await waiting.WaitAsync(Timeout));
    }

    [Fact]
    public async Task A_single_free_slot_lingers_for_more()
    {
        var slots = new WorkerSlots(8, _clock);
        slots.Acquire(7);
        var waiting = slots.WaitForFree(CancellationToken.None).AsTask();

        await _clock.WaitForTimer(WorkerSlots.Linger);
        Assert.False(waiting.IsCompleted);
        _clock.Advance(WorkerSlots.Linger);
        Assert.Equal(1, await waiting.WaitAsync(Timeout));
    }

    [Fact]
    public async Task The_first_free_slot_is_enough_after_the_linger()
    {
        var slots = new WorkerSlots(8, _clock);
        slots.Acquire(8);
        var waiting = slots.WaitForFree(CancellationToken.None).AsTask();
        await _clock.WaitForTimer(WorkerSlots.Linger);
        _clock.Advance(WorkerSlots.Linger);
        await WorkerHost.Until("one slot to be awaited", () => slots.AwaitedCount == 1);

        slots.Release();
        Assert.Equal(1, await waiting.WaitAsync(Timeout));
    }

    [Fact]
    public async Task Waiting_for_slots_ends_when_the_worker_stops()
    {
        var slots = new WorkerSlots(8, _clock);
        slots.Acquire(8);
        using var stopping = new CancellationTokenSource();
        var waiting = slots.WaitForFree(stopping.Token).AsTask();

        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.WaitAsync(Timeout));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new WorkerSlots(8, _clock).WaitForFree(stopping.Token).AsTask());
    }
}
