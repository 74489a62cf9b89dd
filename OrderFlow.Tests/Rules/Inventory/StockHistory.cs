using CsCheck;
using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

internal enum StockDeed
{
    Set,
    Restock,
    Reserve,
    Release,
    Write,
    FailWrite,
}

internal readonly record struct StockMove(StockDeed Deed, int Product, int Order, int Choice);

/// <summary>A few products and orders under random calls, batched as they come; what is written is held against <see cref="ExpectedStock"/>.</summary>
internal sealed class StockHistory(Action<string>? tell)
{
    private const int Products = 3;
    private const int Orders = 6;

    /// <summary>Tries asked for, from the order's newest: most often that one again, often the next, now and then an old one or one further on.</summary>
    private static readonly int[] TryShifts = [0, 0, 0, 0, 1, 1, 1, 2, -1, -2];

    private readonly Product[] _products = [.. Enumerable.Range(1, Products).Select(number => new Product($"sku-{number}"))];
    private readonly int[] _newestTry = new int[Orders];
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    public static Gen<StockMove> Steps { get; } =
        Gen.Select(
            Gen.Frequency(
                (3, StockDeed.Set), (3, StockDeed.Restock), (40, StockDeed.Reserve), (25, StockDeed.Release),
                (25, StockDeed.Write), (2, StockDeed.FailWrite)),
            Gen.Int[0, Products - 1],
            Gen.Int[0, Orders - 1],
            Gen.Int[0, 99],
            (deed, product, order, choice) => new StockMove(deed, product, order, choice));

    public static void Replay(IReadOnlyList<StockMove> steps, Action<string>? tell)
    {
        var history = new StockHistory(tell);
        foreach (var step in steps) history.Take(step);
        foreach (var product in history._products) history.Write(product, fails: false);
    }

    private void Take(StockMove step)
    {
        _now += TimeSpan.FromMilliseconds(1);
        var product = _products[step.Product];
        if (step.Deed == StockDeed.Write) Write(product, fails: false);
        else if (step.Deed == StockDeed.FailWrite) Write(product, fails: true);
        else product.Waiting.Add(Call(step, product.Id));
    }

    private Sent Call(StockMove step, string productId)
    {
        var attempt = Math.Max(1, _newestTry[step.Order] + TryShifts[step.Choice % TryShifts.Length]);
        var orderId = step.Order + 1;
        switch (step.Deed)
        {
            case StockDeed.Set:
                // Now and then so many that a restock would pass the limit.
                var available = step.Choice < 10 ? Limits.AvailableQuantity - 1 : step.Choice % 13;
                var price = 1 + (step.Order * 0.25m);
                return new(new SetCall(productId, available, price), stock => stock.Set(available, price));
            case StockDeed.Restock:
                var added = 1 + (step.Choice % 6);
                var restock = new RestockCall(productId, added);
                return new(restock, stock => Assert.Equal(stock.Restock(added), restock.Answer.Outcome));
            case StockDeed.Release:
                return new(new ReleaseCall(productId, orderId, attempt), stock => stock.Release(orderId, attempt), orderId);
            default:
                _newestTry[step.Order] = Math.Max(attempt, _newestTry[step.Order]);
                var command = new ReserveStock(orderId, attempt, Pieces(step.Product, orderId), Tentative: orderId % 2 == 0);
                var reserve = new ReserveCall(productId, command);
                return new(reserve, stock => CheckAnswer(stock.Reserve(command), reserve.Answer), orderId);
        }
    }

    /// <summary>An order wants the same number of pieces in all its tries.</summary>
    private static int Pieces(int product, int orderId) => 1 + ((product + orderId) % 5);

    /// <summary>Where stock is short it is also judged whether pieces may come back; <see cref="ReserveCall.CheckShortage"/> sees to that.</summary>
    private static void CheckAnswer(ReserveResult expected, ReserveResult answer)
    {
        var unjudged = answer.Outcome == ReserveOutcome.Contended ? answer with { Outcome = ReserveOutcome.Insufficient } : answer;
        if (expected != unjudged) Assert.Fail($"promised: {expected}; answered: {answer}");
    }

    private void Write(Product product, bool fails)
    {
        if (product.Waiting.Count == 0) return;

        foreach (var call in product.Waiting) tell?.Invoke(call.Stock.ToString()!);
        tell?.Invoke(fails ? $"{product.Id}: the write fails" : $"{product.Id}: written");
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
                : item is null;
            if (!right) Assert.Fail($"promised: {Expected.Available} available, {Expected.Reserved} reserved, at {Expected.Price}; written: {item}");
            foreach (var orderId in Waiting.Select(call => call.OrderId).OfType<long>()) Expected.CheckRow(orderId, Persisted.Row(orderId));
        }
    }
}
