using OrderFlow.Silo.Notifications.Worker;

namespace OrderFlow.Tests.Notifications;

/// <summary>Under load one claim serves many slots; no slot waits longer than a moment for it.</summary>
public sealed class Gathering_free_slots
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly SteppedClock _clock = new();

    [Fact]
    public async Task A_quarter_of_them_is_worth_a_claim_at_once()
    {
        var slots = new WorkerSlots(8, _clock);
        slots.Take(8);
        var gathering = slots.Gather(CancellationToken.None).AsTask();

        slots.GiveBack();
        Assert.False(gathering.IsCompleted);
        slots.GiveBack();
        Assert.Equal(2, await gathering.WaitAsync(Patience));
    }

    [Fact]
    public async Task A_single_one_waits_a_moment_for_more()
    {
        var slots = new WorkerSlots(8, _clock);
        slots.Take(7);
        var gathering = slots.Gather(CancellationToken.None).AsTask();

        await _clock.IsAwaitedFor(WorkerSlots.GatherTime);
        Assert.False(gathering.IsCompleted);
        _clock.Advance(WorkerSlots.GatherTime);
        Assert.Equal(1, await gathering.WaitAsync(Patience));
    }

    [Fact]
    public async Task The_first_one_is_enough_when_the_moment_is_over()
    {
        var slots = new WorkerSlots(8, _clock);
        slots.Take(8);
        var gathering = slots.Gather(CancellationToken.None).AsTask();
        await _clock.IsAwaitedFor(WorkerSlots.GatherTime);
        _clock.Advance(WorkerSlots.GatherTime);
        await WorkerHost.Until("one slot to be awaited", () => slots.Awaited == 1);

        slots.GiveBack();
        Assert.Equal(1, await gathering.WaitAsync(Patience));
    }

    [Fact]
    public async Task Nobody_waits_where_the_worker_stops()
    {
        var slots = new WorkerSlots(8, _clock);
        slots.Take(8);
        using var stopping = new CancellationTokenSource();
        var gathering = slots.Gather(stopping.Token).AsTask();

        await stopping.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => gathering.WaitAsync(Patience));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new WorkerSlots(8, _clock).Gather(stopping.Token).AsTask());
    }
}
