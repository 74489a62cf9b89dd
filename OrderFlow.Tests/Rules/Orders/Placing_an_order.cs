using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class Placing_an_order
{
    [Fact]
    public void Stores_it_as_pending_at_its_first_try()
    {
        var order = Given.Next(OrderLifecycle.Place(42, Given.Command with { AgreedTotal = 20.98m }, Given.Now));

        Assert.Equal((42L, "alice", OrderStatus.Pending, 1, 1L), (order.Id, order.UserId, order.Status, order.Attempt, order.Version));
        Assert.Equal<OrderLine>(Given.Lines, order.Items);
        Assert.Equal((0m, 20.98m, null), (order.TotalAmount, order.AgreedTotal, order.FailReason));
        Assert.Equal((Given.Now, Given.Now, null), (order.CreatedAt, order.UpdatedAt, order.DeletedAt));
        Assert.Equal<OrderTransition>([new(OrderStatus.Pending, 1, Given.Now)], order.Transitions);
        Assert.Equal((false, true), (order.Releasing, order.IsUnsettled));
    }

    [Fact]
    public void Tells_that_it_was_created()
    {
        var told = OrderLifecycle.Place(42, Given.Command, Given.Now).Event!;

        Assert.Equal(new OrderCreated(42, "alice", Given.Lines, TotalAmount: 0, Version: 1, Given.Now), told);
        Assert.Equal(("order.created", "42-1"), (told.Type.ToName(), told.Id));
    }

    [Fact]
    public void For_somebody_else_is_forbidden() =>
        Assert.Equal(
            OrderDecision.Forbid("an order can be placed only for oneself"),
            OrderLifecycle.Place(42, Given.Command with { By = Given.Bob }, Given.Now));

    [Fact]
    public void For_somebody_else_is_allowed_to_an_admin() =>
        Assert.Equal("alice", Given.Next(OrderLifecycle.Place(42, Given.Command with { By = Given.Admin }, Given.Now)).UserId);

    [Fact]
    public void Goes_by_user_ids_to_the_letter() =>
        Assert.Equal(Outcome.Forbidden, OrderLifecycle.Place(42, Given.Command with { UserId = "Alice" }, Given.Now).Outcome);

    [Fact]
    public void Wants_the_lines_of_a_product_summed_by_product_id_to_the_letter()
    {
        var order = Given.Pending with
        {
            Items = [new("sku-b", 1_000_000), new("sku-a", 1), new("sku-b", 1_000_000), new("SKU-B", 3), new("sku-10", 4), new("sku-9", 5)],
        };

        Assert.Equal([("SKU-B", 3L), ("sku-10", 4L), ("sku-9", 5L), ("sku-a", 1L), ("sku-b", 2_000_000L)], order.QuantityByProduct);
    }

    [Fact]
    public void Shows_the_order_as_it_is_stored() =>
        Assert.Equal(
            new Order(
                42, "alice", Given.Lines, OrderStatus.Failed, TotalAmount: 0, CreatedAt: Given.Earlier, UpdatedAt: Given.Earlier,
                "insufficient stock: sku-1 wanted 2, available 0", Version: 2),
            Given.Failed.ToOrder());
}
