using OrderFlow.Orders;
using OrderFlow.Tests.Rules.Inventory;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class ContendedStock
{
    [Theory]
    [InlineData(2, 1, 1)]
    [InlineData(2, 1, 2)]
    [InlineData(2, 2, 2)]
    [InlineData(3, 1, 3)]
    [InlineData(5, 2, 2)]
    [InlineData(6, 5, 3)]
    [InlineData(4, 0, 2)]
    public void As_many_orders_are_reserved_as_there_are_units_however_they_interleave(int orders, int units, int products) =>
        Histories.Check(OrderMove.Undisturbed, (moves, log) => Replay(moves, log, orders, units, products), count: 200, maxLength: 200);

    private static void Replay(IReadOnlyList<OrderMove> moves, Action<string>? log, int orders, int units, int products)
    {
        var productIds = Enumerable.Range(1, products).Select(number => $"sku-{number}").ToList();
        var history = new OrderHistory(log, [.. productIds.Select(id => new SetCall(id, units, 9.99m))]);
        for (var order = 0; order < orders; order++)
            history.Place(new(new("alice", IsAdmin: false), "alice", [.. productIds.Select(id => new OrderLine(id, 1))], AgreedTotal: null));

        foreach (var move in moves) history.Take(move);
        history.Settle();

        var reserved = Math.Min(orders, units);
        Assert.Equal(
            (reserved, orders - reserved),
            (history.Orders.Count(order => order.Status == OrderStatus.Reserved), history.Orders.Count(order => order.Status == OrderStatus.Failed)));
    }
}
