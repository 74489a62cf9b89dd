using OrderFlow.Chaos.Customers;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Judging;

/// <summary>Compares the movements of all products with their stock, with what became of the orders, and with what an admin was answered.</summary>
/// <param name="shop">What there was at first, and what was to be changed.</param>
/// <param name="ledger">All that was asked for and answered.</param>
/// <param name="orders">All orders of these customers.</param>
/// <param name="stock">All products that there are.</param>
internal sealed class StockComparison(Shop shop, IReadOnlyList<Operation> ledger, IReadOnlyList<StoredOrder> orders, IReadOnlyList<StoredStock> stock)
{
    private const string Low = "stock.low";

    private const string Replenished = "stock.replenished";

    private static readonly string[] OrderKinds = ["reserve", "release", "fulfil"];

    public IEnumerable<Violation> Violations() => [.. stock.SelectMany(Unbalanced), .. Unexplained(), .. Unapplied()];

    /// <summary>Every change of stock is in the ledger, once: what is not written down is not compared.</summary>
    /// <param name="errands">The number of the last errand.</param>
    public IEnumerable<Violation> Unwritten(int errands)
    {
        var written = ledger.Where(operation => operation.IsStockChange).CountBy(operation => (operation.What, operation.Number)).ToDictionary();
        return Enumerable.Range(1, errands).Select(shop.Change).OfType<StockChange>()
            .Where(change => written.GetValueOrDefault((change.What, change.Number)) != 1)
            .Select(change => new Violation("unwritten", $"{change.What} {change.Key} is in the ledger {written.GetValueOrDefault((change.What, change.Number))} times"));
    }

    /// <summary>A product whose units fall to its threshold, or rise above it, is told of: once for each crossing, with its numbers, and in order.</summary>
    public IEnumerable<Violation> Unannounced(IReadOnlyList<PublishedLevel> events)
    {
        var crossings = stock.SelectMany(Crossings).ToHashSet();
        var published = events.Select(level => level with { Partition = "" }).ToHashSet();
        var first = events.DistinctBy(level => (level.Topic, level.Id)).GroupBy(level => (level.Topic, level.ProductId));
        return
        [
            .. crossings.Except(published).Select(level => new Violation("unannounced", $"{level.Id} is not on {level.Topic}")),
            .. published.Except(crossings).Select(level => new Violation("unannounced", $"{level} did not happen")),
            .. first.Where(same => !IsInOrder([.. same])).Select(same => new Violation(
                "unannounced", $"{same.Key.Topic} of {same.Key.ProductId} is in the order {string.Join(", ", same.Select(level => level.Version))}")),
        ];
    }

    /// <summary>How often a product's level was crossed.</summary>
    public int CountCrossings() => stock.Sum(product => Crossings(product).Count());

    private static bool IsInOrder(IReadOnlyList<PublishedLevel> ofProduct) =>
        ofProduct.Zip(ofProduct.Skip(1), (level, next) => level.Version < next.Version && level.Partition == next.Partition).All(ascends => ascends);

    private static IEnumerable<Violation> Unbalanced(StoredStock stored)
    {
        var (product, movements) = stored;
        var (available, reserved) = (0L, 0L);
        foreach (var movement in movements)
        {
            available += movement.AvailableDelta;
            reserved += movement.ReservedDelta;
            if (available < 0 || reserved < 0) yield return new("unbalanced", $"{product.ProductId} had {available} available and {reserved} reserved after {movement}");
        }

        if ((available, reserved) != (product.AvailableQuantity, product.ReservedQuantity))
            yield return new("unbalanced", $"{product}: its movements add up to {available} and {reserved}");
    }

    /// <summary>An order has moved what its last status says: what it holds, what left with it, or nothing.</summary>
    private IEnumerable<Violation> Unexplained()
    {
        var movements = stock.SelectMany(stored => stored.Movements, (stored, movement) => (stored.Product.ProductId, Movement: movement)).ToList();
        var moved = movements.Where(one => one.Movement.OrderId is not null).GroupBy(one => (OrderId: one.Movement.OrderId!.Value, one.ProductId), one => one.Movement)
            .ToDictionary(same => same.Key, same => (same.Sum(movement => movement.AvailableDelta), same.Sum(movement => movement.ReservedDelta)));
        var due = orders.DistinctBy(order => order.Id).SelectMany(order => order.Items, (order, line) => (order.Id, order.Status, Line: line))
            .ToDictionary(one => (OrderId: one.Id, one.Line.ProductId), one => Moved(one.Status, one.Line.Quantity));
        return
        [
            .. from key in moved.Keys.Union(due.Keys)
               let expected = due.GetValueOrDefault(key)
               let found = moved.GetValueOrDefault(key)
               where found != expected
               select new Violation("unexplained", $"order {key.OrderId} moved {found} of {key.ProductId}, and should have moved {expected}"),
            .. movements.Where(one => !HasCause(one.Movement)).Select(one => new Violation("unexplained", $"{one.ProductId} has {one.Movement}")),
        ];
    }

    /// <summary>What was acknowledged was done once, what was refused not at all; what was lost, or refused after an answer was lost, once at most.</summary>
    private IEnumerable<Violation> Unapplied()
    {
        var done = stock.SelectMany(Changes).CountBy(change => change).ToDictionary();
        var due = ledger.Where(operation => operation.IsStockChange)
            .SelectMany(operation => operation.Items!, (operation, line) => (Change: Change(operation, line), Min: Min(operation), Max: Max(operation)))
            .Concat(shop.Products.Select(product => (Change: (product.ProductId, What: SetTo(product.Pieces)), Min: 1, Max: 1)))
            .GroupBy(one => one.Change)
            .ToDictionary(same => same.Key, same => (Min: same.Sum(one => one.Min), Max: same.Sum(one => one.Max)));
        return from change in done.Keys.Union(due.Keys)
               let times = done.GetValueOrDefault(change)
               let expected = due.GetValueOrDefault(change)
               where times < expected.Min || times > expected.Max
               select new Violation("unapplied", $"{change.ProductId} was {change.What} {times} times, and should have been {expected.Min} to {expected.Max} times");
    }

    private static int Min(Operation operation) => operation.IsDone ? 1 : 0;

    private static int Max(Operation operation) => operation.IsDone || !operation.IsAnswered || operation.Tries.Count > 1 ? 1 : 0;

    private static (string ProductId, string What) Change(Operation operation, Line line) => (line.ProductId, operation.What switch
    {
        Asked.Adjust => Adjusted(line.Quantity, Shop.Reason(operation.Key!)),
        Asked.Restock => RestockedBy(line.Quantity),
        _ => SetTo(line.Quantity),
    });

    /// <summary>What admins did, by the movements: what was set is what was available afterwards.</summary>
    private static IEnumerable<(string ProductId, string What)> Changes(StoredStock stored)
    {
        var available = 0L;
        foreach (var movement in stored.Movements)
        {
            available += movement.AvailableDelta;
            if (OrderKinds.Contains(movement.Kind)) continue;

            yield return (stored.Product.ProductId, movement.Kind switch
            {
                "adjust" => Adjusted(movement.AvailableDelta, movement.Reason),
                "restock" => RestockedBy(movement.AvailableDelta),
                "set" => SetTo(available),
                _ => $"changed by {movement}",
            });
        }
    }

    private static string Adjusted(long delta, string? reason) => $"adjusted by {delta} ({reason})";

    private static string RestockedBy(long quantity) => $"restocked by {quantity}";

    private static string SetTo(long available) => $"set to {available}";

    private static bool HasCause(StoredMovement movement) => OrderKinds.Contains(movement.Kind) ? movement.OrderId is not null : movement.Actor is not null;

    private static (long Available, long Reserved) Moved(string status, long quantity) => status switch
    {
        "reserved" or "confirmed" => (-quantity, quantity),
        "fulfilled" => (-quantity, 0),
        _ => (0, 0),
    };

    /// <summary>The events there must be of a product: by what each of its writes made of it.</summary>
    private static IEnumerable<PublishedLevel> Crossings(StoredStock stored)
    {
        var id = stored.Product.ProductId;
        if (Shop.Threshold(id) is not { } threshold) yield break;

        var (available, isLow) = (0L, false);
        foreach (var write in stored.Movements.GroupBy(movement => movement.Version))
        {
            available += write.Sum(movement => movement.AvailableDelta);
            if ((available <= threshold) == isLow) continue;

            isLow = !isLow;
            yield return new(isLow ? Low : Replenished, "", $"{id}-{write.Key}", id, id, available, threshold, write.Key);
        }
    }
}
