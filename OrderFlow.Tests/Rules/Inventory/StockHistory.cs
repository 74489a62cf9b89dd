using CsCheck;
using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

internal enum StockMoveKind
{
    Set,
    Restock,
    Adjust,
    Archive,
    Reserve,
    Release,
    Consume,
    NextOrder,
    Write,
    FailWrite,
}

internal readonly record struct StockMove(StockMoveKind Kind, int Product, int Order, int Choice);

/// <summary>
/// Some products and orders under random calls in batches; what is written is compared with <see cref="ExpectedStock"/>.
/// Now and then an order gives way to the next, and calls of it still arrive.
/// </summary>
internal sealed class StockHistory(Action<string>? log)
{
    private const int Products = 3;
    private const int Orders = 6;

    /// <summary>The attempt of a call, relative to the order's newest: mostly that one or the next, sometimes an older or a later one.</summary>
    private static readonly int[] AttemptShifts = [0, 0, 0, 0, 1, 1, 1, 2, -1, -2];

    private readonly Product[] _products = [.. Enumerable.Range(1, Products).Select(number => new Product($"sku-{number}"))];
    private readonly int[] _newestAttempt = new int[Orders];
    private readonly int[] _newestOrder = [.. Enumerable.Range(1, Orders)];
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    public static Gen<StockMove> Steps { get; } =
        Gen.Select(
            Gen.Frequency(
                (3, StockMoveKind.Set), (3, StockMoveKind.Restock), (6, StockMoveKind.Adjust), (1, StockMoveKind.Archive), (40, StockMoveKind.Reserve), (25, StockMoveKind.Release), (10, StockMoveKind.Consume), (3, StockMoveKind.NextOrder),
                (25, StockMoveKind.Write), (2, StockMoveKind.FailWrite)),
            Gen.Int[0, Products - 1],
            Gen.Int[0, Orders - 1],
            Gen.Int[0, 99],
            (kind, product, order, choice) => new StockMove(kind, product, order, choice));

    public static void Replay(IReadOnlyList<StockMove> steps, Action<string>? log)
    {
        var history = new StockHistory(log);
        foreach (var step in steps) history.Take(step);
        foreach (var product in history._products) history.Write(product, fails: false);
    }

    private void Take(StockMove step)
    {
        _now += TimeSpan.FromMilliseconds(1);
        var product = _products[step.Product];
        if (step.Kind == StockMoveKind.Write) Write(product, fails: false);
        else if (step.Kind == StockMoveKind.FailWrite) Write(product, fails: true);
        else if (step.Kind == StockMoveKind.NextOrder) (_newestOrder[step.Order], _newestAttempt[step.Order]) = (_newestOrder[step.Order] + Orders, 0);
        else product.Waiting.Add(Call(step, product.Id));
    }

    private Sent Call(StockMove step, string productId)
    {
        var attempt = Math.Max(1, _newestAttempt[step.Order] + AttemptShifts[step.Choice % AttemptShifts.Length]);
        var orderId = step.Choice % 7 == 0 ? Math.Max(step.Order + 1, _newestOrder[step.Order] - Orders) : _newestOrder[step.Order];
        switch (step.Kind)
        {
            case StockMoveKind.Set:
                // Sometimes so many that a restock would exceed the limit.
                var available = step.Choice < 10 ? Limits.AvailableQuantity - 1 : step.Choice % 13;
                var price = 1 + (step.Order * 0.25m);
                return new(new SetCall(productId, available, price, step.Order < 3 ? step.Choice % 5 : null), stock => stock.Set(available, price));
            case StockMoveKind.Restock:
                var added = 1 + (step.Choice % 6);
                var restock = new RestockCall(productId, added);
                return new(restock, stock => Assert.Equal(stock.Restock(added), restock.Answer.Outcome));
            case StockMoveKind.Adjust:
                var (operation, delta) = ($"operation {step.Choice}", step.Choice % 7 > 3 ? -(step.Choice % 4) - 1 : step.Choice % 4 + 1);
                var adjust = new AdjustCall(productId, operation, delta);
                return new(adjust, stock => Assert.Equal(stock.Adjust(operation, delta), adjust.Answer.Outcome));
            case StockMoveKind.Archive:
                var archive = new ArchiveCall(productId);
                return new(archive, stock => Assert.Equal(stock.Archive(), archive.Answer.Outcome));
            case StockMoveKind.Release:
                return new(new ReleaseCall(productId, orderId, attempt), stock => stock.Release(orderId, attempt), orderId);
            case StockMoveKind.Consume:
                var consume = new ConsumeCall(productId, orderId, attempt);
                return new(consume, stock => Assert.Equal(stock.Consume(orderId, attempt), consume.Answer), orderId);
            default:
                _newestAttempt[step.Order] = Math.Max(attempt, _newestAttempt[step.Order]);
                var command = new ReserveStock(orderId, attempt, Units(step.Product, orderId), Tentative: orderId % 2 == 0);
                var reserve = new ReserveCall(productId, command);
                return new(reserve, stock => CheckAnswer(stock.Reserve(command), reserve.Answer), orderId);
        }
    }

    /// <summary>The units that an order wants, the same in all its attempts.</summary>
    private static int Units(int product, int orderId) => 1 + ((product + orderId) % 5);

    /// <summary>Compares answers as they were before contention was checked; <see cref="ReserveCall.CheckRefusal"/> checks the rest.</summary>
    private static void CheckAnswer(ReserveResult expected, ReserveResult answer)
    {
        var beforeCheck = answer.Outcome == ReserveOutcome.Contended ? answer with { Outcome = ReserveOutcome.Insufficient } : answer;
        if (expected != beforeCheck) Assert.Fail($"expected: {expected}; answered: {answer}");
    }

    private void Write(Product product, bool fails)
    {
        if (product.Waiting.Count == 0) return;

        foreach (var call in product.Waiting) log?.Invoke(call.Stock.ToString()!);
        log?.Invoke(fails ? $"{product.Id}: the write fails" : $"{product.Id}: written");
        var before = product.Persisted.Item;
        product.Persisted.Write(product.Waiting.ConvertAll(call => call.Stock), _now, fails);
        if (fails) Assert.Same(before, product.Persisted.Item);
        else foreach (var call in product.Waiting) call.Expect(product.Expected);

        product.Check();
        product.Waiting.Clear();
    }

    private sealed record Sent(StockCall Stock, Action<ExpectedStock> Expect, long? OrderId = null);

    private sealed class Product(string id)
    {
        public string Id => id;

        public PersistedStock Persisted { get; } = new(id, row => row.Tentative);

        public ExpectedStock Expected { get; } = new();

        public List<Sent> Waiting { get; } = [];

        public void Check()
        {
            var item = Persisted.Item;
            var right = Expected.Exists
                ? (item?.AvailableQuantity, item?.ReservedQuantity, item?.UnitPrice) == (Expected.Available, Expected.Reserved, Expected.Price)
                : item is null or { ArchivedAt: not null, AvailableQuantity: 0, ReservedQuantity: 0 };
            if (!right) Assert.Fail($"expected: {Expected.Available} available, {Expected.Reserved} reserved, at {Expected.Price}; written: {item}");
            foreach (var orderId in Waiting.Select(call => call.OrderId).OfType<long>()) Expected.CheckRow(orderId, Persisted.Row(orderId));
        }
    }
}
