using System.Diagnostics;
using OrderFlow.Orders;

namespace OrderFlow.Inventory;

/// <summary>A command that waits for the write that covers it.</summary>
internal abstract class StockCommand
{
    /// <summary>The span of the call; null where nobody traces.</summary>
    public Activity? Caller { get; } = Activity.Current;

    /// <summary>The order whose reservation it touches; null where it is about the counts alone.</summary>
    public virtual long? OrderId => null;

    /// <summary>True where the answer is a shortage that may not be final.</summary>
    public virtual bool IsShort => false;

    /// <summary>True where an order's first try was granted pieces, as if it had no row yet; as a rule it has none.</summary>
    public virtual bool IsFirstGrant => false;

    /// <summary>Works out the answer on the batch's working copy.</summary>
    public abstract void ApplyTo(StockBatch batch, DateTimeOffset now);

    /// <summary>Turns a shortage into <see cref="ReserveOutcome.Contended"/> where pieces may come back.</summary>
    public virtual void JudgeShortage(long couldHave)
    {
    }

    /// <summary>Tells the answer; only after the write.</summary>
    public abstract void Complete();

    public abstract void Fail(Exception error);
}

/// <summary>A command with an answer of its own kind.</summary>
internal abstract class StockCommand<TAnswer> : StockCommand
{
    private readonly TaskCompletionSource<TAnswer> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Done once the write that covers the command is done.</summary>
    public Task<TAnswer> Answered => _answered.Task;

    protected TAnswer? Answer { get; set; }

    public override void Complete() => _answered.SetResult(Answer!);

    public override void Fail(Exception error) => _answered.SetException(error);
}

internal sealed class ReserveCommand(ReserveStock reserve) : StockCommand<ReserveResult>
{
    public override long? OrderId => reserve.OrderId;

    public override bool IsShort => Answer?.Outcome == ReserveOutcome.Insufficient;

    public override bool IsFirstGrant => reserve.Attempt == OrderLifecycle.FirstAttempt && Answer?.Outcome == ReserveOutcome.Granted;

    public override void ApplyTo(StockBatch batch, DateTimeOffset now) =>
        Answer = batch.Apply(reserve.OrderId, (item, held) => StockLedger.Reserve(item, held, reserve, now));

    public override void JudgeShortage(long couldHave) => Answer = StockLedger.JudgeShortage(Answer!, reserve.Quantity, couldHave);
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
