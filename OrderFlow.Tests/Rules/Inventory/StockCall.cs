using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

/// <summary>A call to a stock item: on its way, answered, or lost. Knows what it may do to the counts, whatever the rules say.</summary>
internal abstract class StockCall(string productId)
{
    public string ProductId => productId;

    /// <summary>True once the caller has its answer, or an error instead.</summary>
    public bool IsOver => IsLost || IsAnswered;

    /// <summary>True where the caller got an error: the call may still have had, or have later, its effect.</summary>
    public bool IsLost { get; private set; }

    /// <summary>What the stock item puts into its batch.</summary>
    public abstract StockCommand Command { get; }

    protected abstract bool IsAnswered { get; }

    /// <summary>The caller gets an error.</summary>
    public void Lose() => IsLost = true;

    /// <summary>The same call once more; nobody waits for its answer.</summary>
    public abstract StockCall Again();

    /// <summary>Asserts what this kind of call may do to the counts.</summary>
    public abstract void CheckCounts(StockItem? before, StockItem? after);
}

internal abstract class StockCall<TAnswer>(string productId, StockCommand<TAnswer> command) : StockCall(productId)
{
    public override StockCommand Command => command;

    /// <summary>What was answered; to be asked only of a call that was.</summary>
    public TAnswer Answer => IsAnswered ? command.Answered.Result : throw new InvalidOperationException($"{this} was not answered");

    protected override bool IsAnswered => command.Answered.IsCompletedSuccessfully;
}

internal sealed class ReserveCall(string productId, ReserveStock reserve) : StockCall<ReserveResult>(productId, new ReserveCommand(reserve))
{
    public ReserveStock Reserve => reserve;

    public override StockCall Again() => new ReserveCall(ProductId, reserve);

    public override void CheckCounts(StockItem? before, StockItem? after) => Counts.AreOnlyMoved(before, after);

    /// <summary>
    /// A refusal is true: when the call was applied, or when its write was done, not even the pieces that might have come back would have made it a grant.
    /// And nobody is kept waiting for nothing.
    /// </summary>
    /// <param name="couldHave">The most pieces the order could have hoped for at either moment, whichever is less.</param>
    /// <param name="exact">True where the write covered this call only: else pieces may be counted twice, and the order only asks once more.</param>
    public void CheckShortage(long couldHave, bool exact)
    {
        if (Answer.Outcome == ReserveOutcome.Insufficient && couldHave >= reserve.Quantity)
            Assert.Fail($"{this}: refused, though it could have had {couldHave}");
        if (Answer.Outcome == ReserveOutcome.Contended && exact && couldHave < reserve.Quantity)
            Assert.Fail($"{this}: busy, though it can never have more than {couldHave}");
    }

    public override string ToString() =>
        $"{ProductId}: reserve {reserve.Quantity} for order {reserve.OrderId}, try {reserve.Attempt}{(reserve.Tentative ? ", tentatively" : "")}";
}

internal sealed class ReleaseCall(string productId, long orderId, int attempt) : StockCall<bool>(productId, new ReleaseCommand(orderId, attempt))
{
    public override StockCall Again() => new ReleaseCall(ProductId, orderId, attempt);

    public override void CheckCounts(StockItem? before, StockItem? after) => Counts.AreOnlyMoved(before, after);

    public override string ToString() => $"{ProductId}: release order {orderId} up to try {attempt}";
}

internal sealed class SetCall(string productId, long available, decimal price) : StockCall<StockResult>(productId, new SetCommand(productId, available, price))
{
    public override StockCall Again() => new SetCall(ProductId, available, price);

    public override void CheckCounts(StockItem? before, StockItem? after) =>
        Assert.Equal((available, before?.ReservedQuantity ?? 0, price), (after!.AvailableQuantity, after.ReservedQuantity, after.UnitPrice));

    public override string ToString() => $"{ProductId}: set to {available} at {price}";
}

internal sealed class RestockCall(string productId, long quantity) : StockCall<StockResult>(productId, new RestockCommand(quantity))
{
    public override StockCall Again() => new RestockCall(ProductId, quantity);

    public override void CheckCounts(StockItem? before, StockItem? after)
    {
        if (before is null || before.AvailableQuantity + quantity > Limits.AvailableQuantity) Assert.Same(before, after);
        else Assert.Equal(before with { AvailableQuantity = before.AvailableQuantity + quantity, UpdatedAt = after!.UpdatedAt }, after);
    }

    public override string ToString() => $"{ProductId}: add {quantity}";
}

internal static class Counts
{
    /// <summary>Pieces went from available to reserved or back; none came, none went, and the price stayed.</summary>
    public static void AreOnlyMoved(StockItem? before, StockItem? after)
    {
        if (ReferenceEquals(before, after)) return;

        var moved = after!.ReservedQuantity - before!.ReservedQuantity;
        var expected = before with
        {
            AvailableQuantity = before.AvailableQuantity - moved,
            ReservedQuantity = after.ReservedQuantity,
            UpdatedAt = after.UpdatedAt,
        };
        if (expected != after) Assert.Fail($"{before} became {after}");
    }
}
