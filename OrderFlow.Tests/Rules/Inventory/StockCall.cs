using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

/// <summary>A call to a stock item: in flight, answered or lost. Knows what it may do to the counts, independently of the rules.</summary>
internal abstract class StockCall(string productId)
{
    public string ProductId => productId;

    /// <summary>True once the caller has an answer or an error.</summary>
    public bool IsOver => IsLost || IsAnswered;

    /// <summary>True where the caller got an error; the call may still take effect.</summary>
    public bool IsLost { get; private set; }

    /// <summary>The command that the stock item queues.</summary>
    public abstract StockCommand Command { get; }

    protected abstract bool IsAnswered { get; }

    /// <summary>The caller gets an error.</summary>
    public void Lose() => IsLost = true;

    /// <summary>The same call again, whose answer nobody awaits.</summary>
    public abstract StockCall Again();

    /// <summary>Asserts what this kind of call may do to the counts.</summary>
    public abstract void CheckCounts(StockItem? before, StockItem? after);
}

internal abstract class StockCall<TAnswer>(string productId, StockCommand<TAnswer> command) : StockCall(productId)
{
    public override StockCommand Command => command;

    /// <summary>The answer of a call that was answered.</summary>
    public TAnswer Answer => IsAnswered ? command.Answered.Result : throw new InvalidOperationException($"{this} was not answered");

    protected override bool IsAnswered => command.Answered.IsCompletedSuccessfully;
}

internal sealed class ReserveCall(string productId, ReserveStock reserve) : StockCall<ReserveResult>(productId, new ReserveCommand(reserve))
{
    public ReserveStock Reserve => reserve;

    public override StockCall Again() => new ReserveCall(ProductId, reserve);

    public override void CheckCounts(StockItem? before, StockItem? after) => Counts.AreOnlyMoved(before, after);

    /// <summary>
    /// Asserts that a refusal is true, so that not even the units that might have been released would have sufficed, and that contended is not answered for nothing.
    /// </summary>
    /// <param name="attainable">The units that the order could have had when the call was applied or when it was written, whichever are fewer.</param>
    /// <param name="exact">True where the write covered only this call; in a larger one units may be counted twice, which costs one more attempt.</param>
    public void CheckRefusal(long attainable, bool exact)
    {
        if (Answer.Outcome == ReserveOutcome.Insufficient && attainable >= reserve.Quantity)
            Assert.Fail($"{this}: refused, though it could have had {attainable}");
        if (Answer.Outcome == ReserveOutcome.Contended && exact && attainable < reserve.Quantity)
            Assert.Fail($"{this}: contended, though it can never have more than {attainable}");
    }

    public override string ToString() =>
        $"{ProductId}: reserve {reserve.Quantity} for order {reserve.OrderId}, attempt {reserve.Attempt}{(reserve.Tentative ? ", tentatively" : "")}";
}

internal sealed class ReleaseCall(string productId, long orderId, int attempt) : StockCall<bool>(productId, new ReleaseCommand(orderId, attempt))
{
    public override StockCall Again() => new ReleaseCall(ProductId, orderId, attempt);

    public override void CheckCounts(StockItem? before, StockItem? after) => Counts.AreOnlyMoved(before, after);

    public override string ToString() => $"{ProductId}: release order {orderId} up to attempt {attempt}";
}

internal sealed class ConsumeCall(string productId, long orderId, int attempt) : StockCall<ConsumeOutcome>(productId, new ConsumeCommand(orderId, attempt))
{
    public override StockCall Again() => new ConsumeCall(ProductId, orderId, attempt);

    public override void CheckCounts(StockItem? before, StockItem? after) => Counts.OnlyReservedFell(before, after);

    public override string ToString() => $"{ProductId}: consume order {orderId}, attempt {attempt}";
}

internal sealed class SetCall(string productId, long available, decimal price, long? threshold = null)
    : StockCall<StockResult>(productId, StockAdminCommand.Set(Given.Operation(), productId, available, price, threshold))
{
    public override StockCall Again() => new SetCall(ProductId, available, price, threshold);

    public override void CheckCounts(StockItem? before, StockItem? after) =>
        Assert.Equal((available, before?.ReservedQuantity ?? 0, price), (after!.AvailableQuantity, after.ReservedQuantity, after.UnitPrice));

    public override string ToString() => $"{ProductId}: set to {available} at {price}, low from {threshold}";
}

internal sealed class RestockCall(string productId, long quantity) : StockCall<StockResult>(productId, StockAdminCommand.Restock(Given.Operation(), quantity))
{
    public override StockCall Again() => new RestockCall(ProductId, quantity);

    public override void CheckCounts(StockItem? before, StockItem? after)
    {
        if (before is not { ArchivedAt: null } || before.AvailableQuantity + quantity > Limits.AvailableQuantity) Assert.Same(before, after);
        else Assert.Equal(before with { AvailableQuantity = before.AvailableQuantity + quantity, UpdatedAt = after!.UpdatedAt, Version = after.Version }, after);
    }

    public override string ToString() => $"{ProductId}: add {quantity}";
}

/// <summary>A correction with an operation id: one that is repeated changes nothing.</summary>
internal sealed class AdjustCall(string productId, string operation, long delta)
    : StockCall<StockResult>(productId, StockAdminCommand.Adjust(Given.Operation(operation), delta))
{
    public override StockCall Again() => new AdjustCall(ProductId, operation, delta);

    public override void CheckCounts(StockItem? before, StockItem? after)
    {
        if (!ReferenceEquals(before, after))
            Assert.Equal(before! with { AvailableQuantity = before.AvailableQuantity + delta, UpdatedAt = after!.UpdatedAt, Version = after.Version }, after);
    }

    public override string ToString() => $"{ProductId}: adjust by {delta}, operation {operation}";
}

internal sealed class ArchiveCall(string productId) : StockCall<StockResult>(productId, StockAdminCommand.Archive(Given.Operation()))
{
    public override StockCall Again() => new ArchiveCall(ProductId);

    public override void CheckCounts(StockItem? before, StockItem? after)
    {
        if (before is { ArchivedAt: null, ReservedQuantity: 0 }) Assert.Equal((0, true), (after!.AvailableQuantity, after.ArchivedAt is not null));
        else Assert.Same(before, after);
    }

    public override string ToString() => $"{ProductId}: archive";
}

internal static class Counts
{
    /// <summary>Asserts that reserved units left, and that everything else stayed.</summary>
    public static void OnlyReservedFell(StockItem? before, StockItem? after)
    {
        if (ReferenceEquals(before, after)) return;

        var expected = before! with { ReservedQuantity = after!.ReservedQuantity, UpdatedAt = after.UpdatedAt, Version = after.Version };
        if (expected != after || after.ReservedQuantity >= before!.ReservedQuantity) Assert.Fail($"{before} became {after}");
    }

    /// <summary>Asserts that units only moved between available and reserved, and that the price stayed.</summary>
    public static void AreOnlyMoved(StockItem? before, StockItem? after)
    {
        if (ReferenceEquals(before, after)) return;

        var moved = after!.ReservedQuantity - before!.ReservedQuantity;
        var expected = before with
        {
            AvailableQuantity = before.AvailableQuantity - moved,
            ReservedQuantity = after.ReservedQuantity,
            UpdatedAt = after.UpdatedAt,
            Version = after.Version,
        };
        if (expected != after) Assert.Fail($"{before} became {after}");
    }
}
