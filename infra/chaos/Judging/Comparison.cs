using System.Globalization;
using OrderFlow.Chaos.Customers;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Judging;

/// <summary>Compares what customers were answered with what there is afterwards. Knows neither the system nor its database.</summary>
/// <param name="ledger">All that was asked for and answered, of the time of the faults.</param>
/// <param name="stored">All orders of these customers.</param>
internal sealed class Comparison(IReadOnlyList<Operation> ledger, IReadOnlyList<StoredOrder> stored)
{
    private static readonly string[] FinalStates = ["reserved", "failed", "cancelled", "confirmed", "fulfilled"];

    /// <summary>What makes an order what it is from then on, and is told of with an event of that name.</summary>
    private static readonly (Asked What, string Status)[] Changes = [(Asked.Cancel, "cancelled"), (Asked.Confirm, "confirmed"), (Asked.Fulfil, "fulfilled")];

    /// <summary>How long after its time an order may expire, whatever is lost at the moment.</summary>
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(60);

    private readonly Dictionary<long, StoredOrder> _stored = stored.DistinctBy(order => order.Id).ToDictionary(order => order.Id);
    private readonly ILookup<long, Operation> _doneTo = ledger.Where(operation => operation.What != Asked.Place && !operation.IsStockChange)
        .ToLookup(operation => operation.Order!.Value);

    /// <summary>The orders that customers know to be placed.</summary>
    public IReadOnlyList<Operation> Acknowledged { get; } = [.. ledger.Where(operation => operation is { What: Asked.Place, IsDone: true })];

    public IEnumerable<Violation> Violations() =>
        [.. Unanswered(), .. Refused(), .. Twice(), .. Unasked(), .. Acknowledged.SelectMany(Fate), .. Unfinal()];

    /// <summary>Every errand is in the ledger, with an order it placed or could not place, once: what is not written down is not compared.</summary>
    /// <param name="errands">How many there were.</param>
    public IEnumerable<Violation> Unwritten(int errands)
    {
        var written = ledger.Where(operation => operation.What == Asked.Place).CountBy(operation => operation.Number).ToDictionary();
        return Enumerable.Range(1, Math.Max(errands, written.Keys.DefaultIfEmpty().Max()))
            .Where(number => number > errands || written.GetValueOrDefault(number) != 1)
            .Select(number => new Violation("unwritten", $"errand {number} of {errands} is in the ledger {written.GetValueOrDefault(number)} times"));
    }

    /// <summary>
    /// Every acknowledged order is told of on Kafka with what was ordered, and so is every acknowledged change of it; the last that is told of an order is what
    /// has become of it.
    /// </summary>
    public IEnumerable<Violation> Untold(IReadOnlyList<PublishedEvent> events)
    {
        var told = events.ToLookup(published => published.OrderId);
        return Acknowledged.SelectMany(placed => Untold(placed, [.. told[placed.Order!.Value]]));
    }

    /// <summary>
    /// An order expires where it was placed for a limited time and not confirmed, and only there; not before its time, and soon after it. By the times of the
    /// events: reserved, and cancelled.
    /// </summary>
    public IEnumerable<Violation> Untimely(IReadOnlyList<PublishedEvent> events)
    {
        var told = events.ToLookup(published => published.OrderId);
        return Acknowledged.Where(placed => placed.ReserveFor is not null).SelectMany(placed => Untimely(placed.Order!.Value, [.. told[placed.Order!.Value]]));
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
        .Where(operation => operation.IsAnswered && !operation.IsDone && !IsTooLate(operation))
        .Select(operation => new Violation("refused", $"{Name(operation)} was answered {operation.Last.Status}"));

    /// <summary>
    /// An order that has failed cannot be cancelled, and nobody tries it again who wanted that. One that failed can be tried again, unless the answer that it
    /// is so was lost. One that has failed or expired can be neither confirmed nor fulfilled. What is scarce may be too scarce to be adjusted.
    /// </summary>
    private bool IsTooLate(Operation operation) => operation.Last.Status == 409 && operation.What switch
    {
        Asked.Cancel => _stored.GetValueOrDefault(operation.Order!.Value) is not { Status: not "failed" },
        Asked.Reopen => operation.Tries.Count > 1,
        Asked.Adjust => operation.Items is [{ Quantity: < 0 } line] && Shop.IsScarce(line.ProductId),
        Asked.Confirm or Asked.Fulfil => _stored.GetValueOrDefault(operation.Order!.Value) is { Status: "failed" } or { IsExpired: true },
        _ => false,
    };

    private IEnumerable<Violation> Twice() =>
    [
        .. Acknowledged.GroupBy(placed => placed.Order).Where(same => same.Count() > 1)
            .Select(same => new Violation("twice", $"order {same.Key} is the answer to {string.Join(" and ", same.Select(placed => placed.Key))}")),
        .. stored.CountBy(order => order.Id).Where(listed => listed.Value > 1)
            .Select(listed => new Violation("twice", $"order {listed.Key} is listed {listed.Value} times")),
    ];

    /// <summary>A request whose outcome the customer does not know explains one order of what it asked for.</summary>
    private IEnumerable<Violation> Unasked()
    {
        var known = Acknowledged.Select(placed => placed.Order!.Value).ToHashSet();
        var open = ledger.Where(operation => operation is { What: Asked.Place, IsAnswered: false }).CountBy(placed => (placed.User, Text(placed.Items!))).ToDictionary();
        return stored.Where(order => !known.Contains(order.Id)).GroupBy(order => (order.UserId, Text(order.Items)))
            .Where(same => same.Count() > open.GetValueOrDefault(same.Key))
            .SelectMany(same => same.Select(order => new Violation("unasked", $"order {order.Id} of {order.UserId}, {order.Status}")));
    }

    private IEnumerable<Violation> Unfinal() => stored.Where(order => !FinalStates.Contains(order.Status))
        .Select(order => new Violation("unfinal", $"order {order.Id} is {order.Status}"));

    private IEnumerable<Violation> Fate(Operation placed)
    {
        if (!_stored.TryGetValue(placed.Order!.Value, out var order))
        {
            return Asks(placed, Asked.Delete).Any()
                ? []
                : [new("lost", $"order {placed.Order} of {placed.User}, key {placed.Key}, acknowledged after {placed.Tries.Count} tries")];
        }

        if (Asks(placed, Asked.Delete).Any(deletion => deletion.IsDone)) return [new("undone", $"order {order.Id} was deleted, and is {order.Status}")];
        return IsAsOrdered(placed, order.UserId, order.Items)
            ? Outcome(placed, order)
            : [new("altered", $"order {order.Id} has {Text(order.Items)}, ordered was {Text(placed.Items!)}")];
    }

    private IEnumerable<Violation> Outcome(Operation placed, StoredOrder order)
    {
        if (order.Status != "cancelled" && IsDone(placed, Asked.Cancel))
            yield return new("undone", $"order {order.Id} was cancelled, and is {order.Status}");
        if (order.Status is not ("confirmed" or "fulfilled") && IsDone(placed, Asked.Confirm))
            yield return new("undone", $"order {order.Id} was confirmed, and is {Text(order)}");
        if (order.Status != "fulfilled" && IsDone(placed, Asked.Fulfil))
            yield return new("undone", $"order {order.Id} was fulfilled, and is {Text(order)}");
        if (!IsAsked(placed, order))
            yield return new("unasked", $"order {order.Id} is {Text(order)}, and nobody asked for it");
        if (order.Status == "reserved" && placed.ReserveFor is not null)
            yield return new("unexpired", $"order {order.Id} is reserved for {placed.ReserveFor}, and has not expired at {order.ExpiresAt:O}");
        if (order.ExpiresAt is not null && (order.Status != "reserved" || placed.ReserveFor is null))
            yield return new("unexpired", $"order {order.Id} is {Text(order)}, and is to expire at {order.ExpiresAt:O}");
        if (order.Tracking != (order.Status == "fulfilled" ? Shop.Parcel(placed.Key!) : null))
            yield return new("altered", $"order {order.Id} is {Text(order)}, and has the tracking {order.Tracking?.ToString() ?? "of nothing"}");
        if (order.Status == "failed" && !Shortage.Explains(order.FailReason, order.Items))
            yield return new("failed", $"order {order.Id} failed, and no shortage of what it wants is the reason: {order.FailReason ?? "there is none"}");
        if (order.Status != "failed" && order.FailReason is not null)
            yield return new("failed", $"order {order.Id} is {order.Status}, and has a reason to have failed: {order.FailReason}");
        if (!Totals(order).Contains(order.TotalAmount))
            yield return new("altered", $"order {order.Id} is {order.Status} for {Text(order.TotalAmount)}, its items come to {Text(Shop.Price(order.Items))}");
    }

    /// <summary>Whether somebody asked for what has become of the order, or it became so by itself as it may.</summary>
    private bool IsAsked(Operation placed, StoredOrder order) => order.Status switch
    {
        "cancelled" when order.IsExpired => placed.ReserveFor is not null,
        "cancelled" => order.CancelReason == "cancelled" && Asks(placed, Asked.Cancel).Any(),
        "confirmed" => Asks(placed, Asked.Confirm).Any(),
        "fulfilled" => Asks(placed, Asked.Fulfil).Any(),
        _ => order.CancelReason is null,
    };

    /// <summary>What the order may cost. One that is cancelled has been reserved before, or has not.</summary>
    private static decimal[] Totals(StoredOrder order) => order.Status switch
    {
        "reserved" or "confirmed" or "fulfilled" => [Shop.Price(order.Items)],
        "cancelled" when order.IsExpired => [Shop.Price(order.Items)],
        "cancelled" => [0, Shop.Price(order.Items)],
        _ => [0],
    };

    private IEnumerable<Violation> Untold(Operation placed, IReadOnlyList<PublishedEvent> told)
    {
        var order = placed.Order!.Value;
        if (told.All(published => published.Topic != "order.created"))
            yield return new("untold", $"order {order} has no order.created");
        foreach (var (_, status) in Changes.Where(change => IsDone(placed, change.What) && told.All(published => published.Topic != $"order.{change.Status}")))
            yield return new("untold", $"order {order} was {status}, and has no order.{status}");
        foreach (var published in told.Where(published => !IsTrue(placed, published)))
            yield return new("untold", $"{published.Topic} of order {order}, version {published.Version}, has something else than was ordered, a wrong total or a wrong reason");
        if (told.MaxBy(published => published.Version) is { } last && _stored.TryGetValue(order, out var stored) && FinalStates.Contains(stored.Status)
            && last.Topic != $"order.{stored.Status}")
            yield return new("untold", $"order {order} is {stored.Status}, and the last that is told of it is {last.Topic}");
    }

    private static IEnumerable<Violation> Untimely(long order, IReadOnlyList<PublishedEvent> told)
    {
        if (told.FirstOrDefault(published => published is { Topic: "order.cancelled", Reason: "expired" }) is not { } expired) yield break;

        var due = told.Where(published => published.Topic == "order.reserved" && published.Version < expired.Version).MaxBy(published => published.Version)?.OccurredAt
            + Shop.Lifetime;
        if (due is null || expired.OccurredAt < due)
            yield return new("unexpired", $"order {order} expired at {expired.OccurredAt:O}, and was to at {due?.ToString("O", CultureInfo.InvariantCulture) ?? "no time"}");
        else if (expired.OccurredAt - due > LongestDelay)
            yield return new("late", $"order {order} expired at {expired.OccurredAt:O}, and was to at {due:O}");
    }

    private static bool IsTrue(Operation placed, PublishedEvent published) =>
        IsAsOrdered(placed, published.UserId, published.Items) && published.Topic switch
        {
            "order.reserved" or "order.confirmed" => published.TotalAmount == Shop.Price(published.Items),
            "order.failed" => Shortage.Explains(published.Reason, published.Items),
            "order.fulfilled" => published.TotalAmount == Shop.Price(published.Items) && published.Tracking == Shop.Parcel(placed.Key!),
            "order.cancelled" => published.Reason is "cancelled" or "deleted" || (published.Reason == "expired" && placed.ReserveFor is not null),
            _ => true,
        };

    private bool IsDone(Operation placed, Asked what) => Asks(placed, what).Any(operation => operation.IsDone);

    private IEnumerable<Operation> Asks(Operation placed, Asked what) => _doneTo[placed.Order!.Value].Where(operation => operation.What == what);

    private static bool IsAsOrdered(Operation placed, string user, IReadOnlyList<Line> items) => placed.User == user && placed.Items!.SequenceEqual(items);

    private static string Name(Operation operation) => $"{operation.What} {operation.Order?.ToString() ?? operation.Key}";

    private static string Text(StoredOrder order) => order.CancelReason is { } reason ? $"{order.Status} ({reason})" : order.Status;

    private static string Text(decimal amount) => amount.ToString(CultureInfo.InvariantCulture);

    private static string Text(IEnumerable<Line> items) => string.Join(", ", items.Select(line => $"{line.Quantity} {line.ProductId}"));
}
