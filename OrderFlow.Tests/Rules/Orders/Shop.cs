using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Rules.Inventory;

namespace OrderFlow.Tests.Rules.Orders;

/// <summary>What outlives every process: the orders and the stock as the database holds them, and the calls that are on their way.</summary>
internal sealed class Shop(Action<string>? tell)
{
    private readonly Dictionary<long, OrderState> _orders = [];
    private readonly Dictionary<string, PersistedStock> _stock = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<StockCall>> _underWay = new(StringComparer.Ordinal);

    public DateTimeOffset Now { get; private set; } = DateTimeOffset.UnixEpoch;

    public IReadOnlyCollection<OrderState> Orders => _orders.Values;

    public IReadOnlyCollection<PersistedStock> Stock => _stock.Values;

    public void Tick() => Now += TimeSpan.FromMilliseconds(1);

    public OrderState? Order(long id) => _orders.GetValueOrDefault(id);

    /// <summary>Writes the order where nobody else has written since <paramref name="known"/> was read.</summary>
    public bool Write(OrderState? known, OrderRecord record)
    {
        var order = record.Order;
        var stored = Order(order.Id);
        if (stored?.Version != known?.Version) return false;

        OrderWrites.Check(stored, order, record.Event);
        _orders[order.Id] = order;
        tell?.Invoke(
            $"order {order.Id}: {order.Status}{(order.Releasing ? ", releasing" : "")}{(order.IsDeleted ? ", deleted" : "")}, "
            + $"try {order.Attempt}, version {order.Version}");
        CheckHoldings(order.Id);
        return true;
    }

    /// <summary>Products with calls on their way.</summary>
    public IEnumerable<string> ProductsCalled => _underWay.Where(product => product.Value.Count > 0).Select(product => product.Key);

    public void Send(StockCall call) => UnderWay(call.ProductId).Add(call);

    public List<StockCall> UnderWay(string productId)
    {
        if (!_underWay.TryGetValue(productId, out var calls)) _underWay[productId] = calls = [];
        return calls;
    }

    /// <summary>One write of the product covers these calls, which have arrived.</summary>
    public void Deliver(string productId, IReadOnlyList<StockCall> calls, WriteFault fault = WriteFault.None)
    {
        foreach (var call in calls)
        {
            tell?.Invoke($"{call}{(fault == WriteFault.None ? "" : $" ({fault})")}");
            if (fault != WriteFault.None) call.Lose();
        }

        StockOf(productId).Write(calls, Now, fails: fault == WriteFault.NotWritten);
        foreach (var orderId in calls.Select(call => call.Command.OrderId).OfType<long>()) CheckHoldings(orderId);
    }

    /// <summary>A reserved order holds exactly what it wants, at the price it was told and agreed to; a settled order that is not reserved holds nothing.</summary>
    private void CheckHoldings(long orderId)
    {
        var order = _orders[orderId];
        if (order.Status == OrderStatus.Reserved)
        {
            var total = 0m;
            foreach (var (productId, quantity) in order.QuantityByProduct)
            {
                var row = StockOf(productId).Row(orderId);
                if (row is not { IsLive: true } || (row.Attempt, row.Quantity) != (order.Attempt, quantity))
                    Assert.Fail($"order {orderId} is reserved at try {order.Attempt}, wants {quantity} of {productId} and has {row}");
                total += row.UnitPrice * row.Quantity;
            }

            if (total != order.TotalAmount) Assert.Fail($"order {orderId} was reserved for {order.TotalAmount}, its reservations say {total}");
            if (order.AgreedTotal is { } agreed && agreed != total) Assert.Fail($"order {orderId} was reserved for {total}, agreed was {agreed}");
        }
        else if (!order.IsUnsettled)
        {
            foreach (var (productId, _) in order.QuantityByProduct)
                if (StockOf(productId).Live.ContainsKey(orderId)) Assert.Fail($"order {orderId} is {order.Status} and still holds {productId}");
        }
    }

    private PersistedStock StockOf(string productId)
    {
        if (!_stock.TryGetValue(productId, out var stock)) _stock[productId] = stock = new(productId, MayComeBack);
        return stock;
    }

    /// <summary>What <c>IReservations.CountUnsettled</c> counts.</summary>
    private bool MayComeBack(StockReservation row) =>
        _orders[row.OrderId] is var order && (order.Releasing || (order.Status == OrderStatus.Pending && row.Tentative));
}
