using System.Diagnostics;
using OrderFlow.Orders;

namespace OrderFlow.Inventory;

/// <summary>A command in a stock item's queue; answered after the write that covers it.</summary>
internal abstract class StockCommand
{
    /// <summary>The span of the call; null where it is not traced.</summary>
    public Activity? Span { get; } = Activity.Current;

    /// <summary>The order whose reservation it concerns; null where it concerns only the item.</summary>
    public virtual long? OrderId => null;

    /// <summary>Computes the answer on the batch's working copy.</summary>
    public abstract void ApplyTo(StockBatch batch, DateTimeOffset now);

    /// <summary>Answers the caller; only after the write.</summary>
    /// <param name="written">The item after the write.</param>
    public abstract void Complete(StockItem? written);

    public abstract void Fail(Exception error);
}

/// <summary>A command with a typed answer.</summary>
internal abstract class StockCommand<TAnswer> : StockCommand
{
    private readonly TaskCompletionSource<TAnswer> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes after the write.</summary>
    public Task<TAnswer> Answered => _answered.Task;

    protected TAnswer? Answer { get; set; }

    public override void Complete(StockItem? written) => _answered.SetResult(Answer!);

    public override void Fail(Exception error) => _answered.SetException(error);
}

/// <summary>A command of an order. Decides by the rules of <see cref="StockLedger"/>.</summary>
internal abstract class StockOrderCommand<TAnswer>(StockMovementKind kind, long orderId) : StockCommand<TAnswer>
{
    public override long? OrderId => orderId;

    public override void ApplyTo(StockBatch batch, DateTimeOffset now) =>
        Answer = batch.Apply(Decide(batch.Item, batch.ReservationOf(orderId), now), new(kind, orderId));

    protected abstract StockStep<TAnswer> Decide(StockItem? item, StockReservation? held, DateTimeOffset now);
}

internal sealed class ReserveCommand(ReserveStock reserve) : StockOrderCommand<ReserveResult>(StockMovementKind.Reserve, reserve.OrderId)
{
    /// <summary>True where the answer is insufficient, which is not final before <see cref="CheckContention"/>.</summary>
    public bool IsInsufficient => Answer?.Outcome == ReserveOutcome.Insufficient;

    /// <summary>True where an order's first attempt was granted; such an order rarely has a row yet.</summary>
    public bool IsFirstGrant => reserve.Attempt == OrderLifecycle.FirstAttempt && Answer?.Outcome == ReserveOutcome.Granted;

    /// <inheritdoc cref="StockLedger.CheckContention"/>
    public void CheckContention(long attainable) => Answer = StockLedger.CheckContention(Answer!, reserve.Quantity, attainable);

    protected override StockStep<ReserveResult> Decide(StockItem? item, StockReservation? held, DateTimeOffset now) => StockLedger.Reserve(item, held, reserve, now);
}

internal sealed class ReleaseCommand(long orderId, int attempt) : StockOrderCommand<bool>(StockMovementKind.Release, orderId)
{
    protected override StockStep<bool> Decide(StockItem? item, StockReservation? held, DateTimeOffset now) =>
        StockLedger.Release(item, held, OrderId!.Value, attempt, now);
}

internal sealed class ConsumeCommand(long orderId, int attempt) : StockOrderCommand<ConsumeOutcome>(StockMovementKind.Fulfil, orderId)
{
    protected override StockStep<ConsumeOutcome> Decide(StockItem? item, StockReservation? held, DateTimeOffset now) => StockLedger.Consume(item, held, attempt, now);
}

/// <summary>Records what a silo of 1.0.0 has changed, as every write does.</summary>
internal sealed class RecordChangesCommand : StockCommand<bool>
{
    public override void ApplyTo(StockBatch batch, DateTimeOffset now) => Answer = true;
}
