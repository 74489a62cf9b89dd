using System.Diagnostics;
using OrderFlow.Orders;

namespace OrderFlow.Inventory;

/// <summary>A command in a stock item's queue; answered after the write that covers it.</summary>
internal abstract class StockCommand
{
    /// <summary>The span of the call; null where it is not traced.</summary>
    public Activity? Span { get; } = Activity.Current;

    /// <summary>The order whose reservation it concerns; null where it concerns only the counts.</summary>
    public virtual long? OrderId => null;

    /// <summary>Computes the answer on the batch's working copy.</summary>
    public abstract void ApplyTo(StockBatch batch, DateTimeOffset now);

    /// <summary>Answers the caller; only after the write.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception error);
}

/// <summary>A command with a typed answer.</summary>
internal abstract class StockCommand<TAnswer> : StockCommand
{
    private readonly TaskCompletionSource<TAnswer> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes after the write.</summary>
    public Task<TAnswer> Answered => _answered.Task;

    protected TAnswer? Answer { get; set; }

    public override void ApplyTo(StockBatch batch, DateTimeOffset now) => Answer = batch.Apply(Decide(batch, now));

    public override void Complete() => _answered.SetResult(Answer!);

    public override void Fail(Exception error) => _answered.SetException(error);

    /// <summary>Decides by the rules of <see cref="StockLedger"/>.</summary>
    protected abstract StockStep<TAnswer> Decide(StockBatch batch, DateTimeOffset now);
}

internal sealed class ReserveCommand(ReserveStock reserve) : StockCommand<ReserveResult>
{
    public override long? OrderId => reserve.OrderId;

    /// <summary>True where the answer is insufficient, which is not final before <see cref="CheckContention"/>.</summary>
    public bool IsInsufficient => Answer?.Outcome == ReserveOutcome.Insufficient;

    /// <summary>True where an order's first attempt was granted; such an order rarely has a row yet.</summary>
    public bool IsFirstGrant => reserve.Attempt == OrderLifecycle.FirstAttempt && Answer?.Outcome == ReserveOutcome.Granted;

    /// <inheritdoc cref="StockLedger.CheckContention"/>
    public void CheckContention(long attainable) => Answer = StockLedger.CheckContention(Answer!, reserve.Quantity, attainable);

    protected override StockStep<ReserveResult> Decide(StockBatch batch, DateTimeOffset now) =>
        StockLedger.Reserve(batch.Item, batch.ReservationOf(reserve.OrderId), reserve, now);
}

internal sealed class ReleaseCommand(long orderId, int attempt) : StockCommand<bool>
{
    public override long? OrderId => orderId;

    protected override StockStep<bool> Decide(StockBatch batch, DateTimeOffset now) =>
        StockLedger.Release(batch.Item, batch.ReservationOf(orderId), orderId, attempt, now);
}

internal sealed class ConsumeCommand(long orderId, int attempt) : StockCommand<ConsumeOutcome>
{
    public override long? OrderId => orderId;

    protected override StockStep<ConsumeOutcome> Decide(StockBatch batch, DateTimeOffset now) =>
        StockLedger.Consume(batch.Item, batch.ReservationOf(orderId), attempt, now);
}

internal sealed class SetCommand(string productId, long availableQuantity, decimal unitPrice) : StockCommand<StockResult>
{
    protected override StockStep<StockResult> Decide(StockBatch batch, DateTimeOffset now) =>
        StockLedger.Set(batch.Item, productId, availableQuantity, unitPrice, now);
}

internal sealed class RestockCommand(long quantity) : StockCommand<StockResult>
{
    protected override StockStep<StockResult> Decide(StockBatch batch, DateTimeOffset now) => StockLedger.Restock(batch.Item, quantity, now);
}
