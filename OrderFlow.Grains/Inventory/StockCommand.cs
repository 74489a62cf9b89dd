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

    /// <summary>True where the answer is insufficient, which is not final before <see cref="CheckContention"/>.</summary>
    public virtual bool IsInsufficient => false;

    /// <summary>True where an order's first attempt was granted; such an order rarely has a row yet.</summary>
    public virtual bool IsFirstGrant => false;

    /// <summary>Computes the answer on the batch's working copy.</summary>
    public abstract void ApplyTo(StockBatch batch, DateTimeOffset now);

    /// <inheritdoc cref="StockLedger.CheckContention"/>
    public virtual void CheckContention(long attainable)
    {
    }

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

    public override void Complete() => _answered.SetResult(Answer!);

    public override void Fail(Exception error) => _answered.SetException(error);
}

internal sealed class ReserveCommand(ReserveStock reserve) : StockCommand<ReserveResult>
{
    public override long? OrderId => reserve.OrderId;

    public override bool IsInsufficient => Answer?.Outcome == ReserveOutcome.Insufficient;

    public override bool IsFirstGrant => reserve.Attempt == OrderLifecycle.FirstAttempt && Answer?.Outcome == ReserveOutcome.Granted;

    public override void ApplyTo(StockBatch batch, DateTimeOffset now) =>
        Answer = batch.Apply(reserve.OrderId, (item, held) => StockLedger.Reserve(item, held, reserve, now));

    public override void CheckContention(long attainable) => Answer = StockLedger.CheckContention(Answer!, reserve.Quantity, attainable);
}

internal sealed class ReleaseCommand(long orderId, int attempt) : StockCommand<bool>
{
    public override long? OrderId => orderId;

    public override void ApplyTo(StockBatch batch, DateTimeOffset now) =>
        Answer = batch.Apply(orderId, (item, held) => StockLedger.Release(item, held, orderId, attempt, now));
}

internal sealed class SetCommand(string productId, long availableQuantity, decimal unitPrice) : StockCommand<StockResult>
{
    public override void ApplyTo(StockBatch batch, DateTimeOffset now) =>
        Answer = batch.Apply(item => StockLedger.Set(item, productId, availableQuantity, unitPrice, now));
}

internal sealed class RestockCommand(long quantity) : StockCommand<StockResult>
{
    public override void ApplyTo(StockBatch batch, DateTimeOffset now) =>
        Answer = batch.Apply(item => StockLedger.Restock(item, quantity, now));
}
