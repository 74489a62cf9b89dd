using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Rules.Inventory;

namespace OrderFlow.Tests.Rules.Orders;

/// <summary>What outlives every process: orders and stock in the database, and calls in flight.</summary>
internal sealed class SimulatedSystem(Action<string>? log)
{
    private readonly Dictionary<long, OrderState> _orders = [];
    private readonly Dictionary<string, PersistedStock> _stock = new(StringComparer.Ordinal);
    private readonly Dictionary<string, List<StockCall>> _inFlight = new(StringComparer.Ordinal);

    public DateTimeOffset Now { get; private set; } = DateTimeOffset.UnixEpoch;

    public IReadOnlyCollection<OrderState> Orders => _orders.Values;

    public IReadOnlyCollection<PersistedStock> Stock => _stock.Values;

    public void Tick() => Advance(TimeSpan.FromMilliseconds(1));

    public void Advance(TimeSpan by) => Now += by;

    public OrderState? Order(long id) => _orders.GetValueOrDefault(id);

    /// <summary>Writes the order where no other writer has since <paramref name="known"/> was read.</summary>
    public bool Write(OrderState? known, OrderRecord record)
    {
        var order = record.Order;
        var stored = Order(order.Id);
        if (stored?.Version != known?.Version) return false;

        OrderWrites.Check(stored, order, record.Event);
        _orders[order.Id] = order;
        log?.Invoke(
            $"order {order.Id}: {order.Status}{(order.Releasing ? ", releasing" : "")}{(order.Consuming ? ", consuming" : "")}{(order.IsDeleted ? ", deleted" : "")}, "
            + $"attempt {order.Attempt}, version {order.Version}");
        CheckHoldings(order.Id);
        return true;
    }

    /// <summary>Products with calls in flight.</summary>
    public IEnumerable<string> ProductsCalled => _inFlight.Where(product => product.Value.Count > 0).Select(product => product.Key);

    public void Send(StockCall call) => InFlight(call.ProductId).Add(call);

    public List<StockCall> InFlight(string productId)
    {
        if (!_inFlight.TryGetValue(productId, out var calls)) _inFlight[productId] = calls = [];
        return calls;
    }

    /// <summary>Delivers these calls, and covers them with one write of the product.</summary>
    public void Deliver(string productId, IReadOnlyList<StockCall> calls, WriteFault fault = WriteFault.None)
    {
        foreach (var call in calls)
        {
            log?.Invoke($"{call}{(fault == WriteFault.None ? "" : $" ({fault})")}");
            if (fault != WriteFault.None) call.Lose();
        }

        StockOf(productId).Write(calls, Now, fails: fault == WriteFault.NotWritten);
        foreach (var orderId in calls.Select(call => call.Command.OrderId).OfType<long>()) CheckHoldings(orderId);
    }

    /// <summary>
    /// Asserts that a reserved or confirmed order holds exactly its units at its total, that those of a fulfilled one leave the stock, and no others,
    /// and that any other settled order holds nothing.
    /// </summary>
    private void CheckHoldings(long orderId)
    {
        var order = _orders[orderId];
        if (order.Status is OrderStatus.Reserved or OrderStatus.Confirmed or OrderStatus.Fulfilled)
        {
            var total = 0m;
            foreach (var (productId, quantity) in order.QuantityByProduct)
            {
                var row = StockOf(productId).Row(orderId);
                if (row is null || (row.Attempt, row.Quantity) != (order.Attempt, quantity) || !IsRight(order, row))
                    Assert.Fail($"order {orderId} is {order.Status} at attempt {order.Attempt}, wants {quantity} of {productId} and has {row}");
                total += row.UnitPrice * row.Quantity;
            }

            if (total != order.TotalAmount) Assert.Fail($"order {orderId} is {order.Status} for {order.TotalAmount}, and its reservations sum to {total}");
            if (order.AgreedTotal is { } agreed && agreed != total) Assert.Fail($"order {orderId} was reserved for {total}, agreed was {agreed}");
        }
        else
        {
            foreach (var (productId, _) in order.QuantityByProduct)
            {
                var row = StockOf(productId).Row(orderId);
                if (row is { Consumed: true } || (row is { IsLive: true } && !order.IsUnsettled)) Assert.Fail($"order {orderId} is {order.Status} and has {row} of {productId}");
            }
        }
    }

    /// <summary>True where the row is live or consumed as its order's status asks; while the order consumes, it may be either.</summary>
    private static bool IsRight(OrderState order, StockReservation row) =>
        order.Status == OrderStatus.Fulfilled ? row.Consumed || (order.Consuming && row.IsLive) : row.IsLive;

    private PersistedStock StockOf(string productId)
    {
        if (!_stock.TryGetValue(productId, out var stock)) _stock[productId] = stock = new(productId, MayBeReleased);
        return stock;
    }

    /// <summary>What <c>IReservations.CountUnsettled</c> counts.</summary>
    private bool MayBeReleased(StockReservation row) =>
        _orders[row.OrderId] is var order && (order.Releasing || (order.Status == OrderStatus.Pending && row.Tentative));
}
