using OrderFlow.Chaos.Customers;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Judging;

/// <summary>Compares what customers were answered with what there is afterwards. Knows neither the system nor its database.</summary>
/// <param name="ledger">All that was asked for and answered, of the time of the faults.</param>
/// <param name="stored">All orders of these customers.</param>
internal sealed class Comparison(IReadOnlyList<Operation> ledger, IReadOnlyList<StoredOrder> stored)
{
    private static readonly string[] FinalStates = ["reserved", "failed", "cancelled"];

    private readonly Dictionary<long, StoredOrder> _stored = stored.ToDictionary(order => order.Id);
    private readonly ILookup<long, Operation> _doneTo = ledger.Where(operation => operation.What != Asked.Place).ToLookup(operation => operation.Order!.Value);

    /// <summary>The orders that customers know to be placed.</summary>
    public IReadOnlyList<Operation> Acknowledged { get; } = [.. ledger.Where(operation => operation is { What: Asked.Place, IsDone: true })];

    public IEnumerable<Violation> Violations() =>
        [.. Unanswered(), .. Refused(), .. Twice(), .. Unasked(), .. Acknowledged.SelectMany(Fate), .. Unfinal()];

    /// <summary>Every acknowledged order is told of on Kafka with what was ordered, and so is every acknowledged cancellation.</summary>
    public IEnumerable<Violation> Untold(IReadOnlyList<PublishedEvent> events)
    {
        var created = events.Where(published => published.Topic == "order.created").ToLookup(published => published.OrderId);
        var cancelled = events.Where(published => published.Topic == "order.cancelled").Select(published => published.OrderId).ToHashSet();
        foreach (var placed in Acknowledged)
        {
            if (!created[placed.Order!.Value].Any(published => IsAsOrdered(placed, published.UserId, published.Items)))
                yield return new("untold", $"order {placed.Order} has no order.created with what was ordered");
            if (Asks(placed, Asked.Cancel).Any(cancel => cancel.IsDone) && !cancelled.Contains(placed.Order.Value))
                yield return new("untold", $"order {placed.Order} was cancelled, and has no order.cancelled");
        }
    }

    /// <summary>A key brings the same order back, whenever it is used again.</summary>
    /// <param name="repeats">What was asked for again at the end, with the key and body of the first time.</param>
    public IEnumerable<Violation> Forgotten(IEnumerable<Operation> repeats)
    {
        var first = Acknowledged.ToDictionary(placed => placed.Key!, placed => placed.Order);
        return repeats.Where(repeat => repeat.Order != first[repeat.Key!])
            .Select(repeat => new Violation(
                "forgotten", $"key {repeat.Key} placed order {first[repeat.Key!]}, and brings back {repeat.Order?.ToString() ?? $"a {repeat.Last.Status}"}"));
    }

    private IEnumerable<Violation> Unanswered() => ledger.Where(operation => !operation.IsAnswered)
        .Select(operation => new Violation(
            "unanswered", $"{Name(operation)}: {operation.Tries.Count} tries, the last one {operation.Last.Status} {operation.Last.Error}"));

    /// <summary>Answers that no customer should get: all but those that say that it is too late.</summary>
    private IEnumerable<Violation> Refused() => ledger
        .Where(operation => operation.IsAnswered && !operation.IsDone && !(operation.Last.Status == 409 && operation.What is Asked.Cancel or Asked.Reopen))
        .Select(operation => new Violation("refused", $"{Name(operation)} was answered {operation.Last.Status}"));

    private IEnumerable<Violation> Twice() => Acknowledged.GroupBy(placed => placed.Order).Where(same => same.Count() > 1)
        .Select(same => new Violation("twice", $"order {same.Key} is the answer to {string.Join(" and ", same.Select(placed => placed.Key))}"));

    /// <summary>More than the requests explain whose outcome the customer does not know.</summary>
    private IEnumerable<Violation> Unasked()
    {
        var known = Acknowledged.Select(placed => placed.Order!.Value).ToHashSet();
        var unasked = stored.Where(order => !known.Contains(order.Id)).ToList();
        return unasked.Count <= ledger.Count(operation => operation is { What: Asked.Place, IsAnswered: false })
            ? []
            : unasked.Select(order => new Violation("unasked", $"order {order.Id} of {order.UserId}, {order.Status}"));
    }

    private IEnumerable<Violation> Unfinal() => stored.Where(order => !FinalStates.Contains(order.Status))
        .Select(order => new Violation("unfinal", $"order {order.Id} is {order.Status}"));

    private IEnumerable<Violation> Fate(Operation placed)
    {
        var deletion = Asks(placed, Asked.Delete).SingleOrDefault();
        if (!_stored.TryGetValue(placed.Order!.Value, out var order))
        {
            return deletion is null
                ? [new("lost", $"order {placed.Order} of {placed.User}, key {placed.Key}, acknowledged after {placed.Tries.Count} tries")]
                : [];
        }

        if (deletion is { IsDone: true }) return [new("undone", $"order {order.Id} was deleted, and is {order.Status}")];
        return IsAsOrdered(placed, order.UserId, order.Items)
            ? Outcome(placed, order)
            : [new("altered", $"order {order.Id} has {Text(order.Items)}, ordered was {Text(placed.Items!)}")];
    }

    private IEnumerable<Violation> Outcome(Operation placed, StoredOrder order)
    {
        var cancellation = Asks(placed, Asked.Cancel).SingleOrDefault();
        if (cancellation is { IsDone: true } && order.Status != "cancelled")
            yield return new("undone", $"order {order.Id} was cancelled, and is {order.Status}");
        if (cancellation is null && order.Status == "cancelled")
            yield return new("unasked", $"order {order.Id} is cancelled, and nobody asked for it");
        if (order.Status == "failed" && !placed.Items!.Any(line => Shop.IsScarce(line.ProductId)))
            yield return new("failed", $"order {order.Id} failed, and nothing it wants was ever short: {order.FailReason}");
    }

    private IEnumerable<Operation> Asks(Operation placed, Asked what) => _doneTo[placed.Order!.Value].Where(operation => operation.What == what);

    private static bool IsAsOrdered(Operation placed, string user, IReadOnlyList<Line> items) => placed.User == user && placed.Items!.SequenceEqual(items);

    private static string Name(Operation operation) => $"{operation.What} {operation.Order?.ToString() ?? operation.Key}";

    private static string Text(IEnumerable<Line> items) => string.Join(", ", items.Select(line => $"{line.Quantity} {line.ProductId}"));
}
