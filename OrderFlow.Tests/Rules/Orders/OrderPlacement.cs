using OrderFlow.Orders;

namespace OrderFlow.Tests.Rules.Orders;

public sealed class OrderPlacement
{
    [Fact]
    public void An_order_is_stored_as_pending_at_its_first_attempt()
    {
        var order = Given.Next(OrderLifecycle.Place(42, Given.Command with { AgreedTotal = 20.98m }, Given.Now));

        Assert.Equal((42L, "alice", OrderStatus.Pending, 1, 1L), (order.Id, order.UserId, order.Status, order.Attempt, order.Version));
        Assert.Equal<OrderLine>(Given.Lines, order.Items);
        Assert.Equal((0m, 20.98m, null), (order.TotalAmount, order.AgreedTotal, order.FailReason));
        Assert.Equal((Given.Now, Given.Now, null), (order.CreatedAt, order.UpdatedAt, order.DeletedAt));
        Assert.Equal<OrderTransition>([new(OrderStatus.Pending, 1, Given.Now, Actor: "alice")], order.Transitions);
        Assert.Equal((false, false, true), (order.Releasing, order.Consuming, order.IsUnsettled));
    }

    [Fact]
    public void An_order_publishes_that_it_was_created()
    {
        var @event = OrderLifecycle.Place(42, Given.Command, Given.Now).Event!;

        Assert.Equal(new OrderCreated(42, "alice", Given.Lines, TotalAmount: 0, Version: 1, Given.Now), @event);
        Assert.Equal(("order.created", "42-1"), (@event.Name, @event.Id));
    }

    [Fact]
    public void Placing_for_another_user_is_forbidden() =>
        Assert.Equal(
            OrderDecision.Forbid("an order can be placed only for oneself"),
            OrderLifecycle.Place(42, Given.Command with { By = Given.Bob }, Given.Now));

    [Fact]
    public void An_admin_can_place_for_another_user()
    {
        var order = Given.Next(OrderLifecycle.Place(42, Given.Command with { By = Given.Admin }, Given.Now));

        Assert.Equal(("alice", "root"), (order.UserId, order.Transitions.Single().Actor));
    }

    [Fact]
    public void Payments_and_fulfilment_place_only_for_themselves()
    {
        Assert.Equal(Outcome.Forbidden, OrderLifecycle.Place(42, Given.Command with { By = Given.Payments }, Given.Now).Outcome);
        Assert.Equal(Outcome.Forbidden, OrderLifecycle.Place(42, Given.Command with { By = Given.Fulfilment }, Given.Now).Outcome);
    }

    [Fact]
    public void User_ids_are_case_sensitive() =>
        Assert.Equal(Outcome.Forbidden, OrderLifecycle.Place(42, Given.Command with { UserId = "Alice" }, Given.Now).Outcome);

    [Fact]
    public void Lines_of_a_product_are_summed_by_case_sensitive_product_id()
    {
        var order = Given.Pending with
        {
            Items = [new("sku-b", 1_000_000), new("sku-a", 1), new("sku-b", 1_000_000), new("SKU-B", 3), new("sku-10", 4), new("sku-9", 5)],
        };

        Assert.Equal([("SKU-B", 3L), ("sku-10", 4L), ("sku-9", 5L), ("sku-a", 1L), ("sku-b", 2_000_000L)], order.QuantityByProduct);
    }

    [Fact]
    public void An_order_is_shown_with_what_belongs_to_its_status()
    {
        Assert.Equal((Given.Now, null, null), (Given.Expiring.ToOrder().ExpiresAt, Given.Expiring.ToOrder().CancelReason, Given.Expiring.ToOrder().Tracking));
        Assert.Equal((null, "cancelled", null), (Given.Cancelled.ToOrder().ExpiresAt, Given.Cancelled.ToOrder().CancelReason, Given.Cancelled.ToOrder().Tracking));
        Assert.Equal((null, null, Given.Parcel), (Given.Fulfilled.ToOrder().ExpiresAt, Given.Fulfilled.ToOrder().CancelReason, Given.Fulfilled.ToOrder().Tracking));
    }

    [Fact]
    public void An_order_is_shown_as_it_is_stored() =>
        Assert.Equal(
            new Order(
                42, "alice", Given.Lines, OrderStatus.Failed, TotalAmount: 0, CreatedAt: Given.Earlier, UpdatedAt: Given.Earlier,
                "insufficient stock: sku-1 wanted 2, available 0", Version: 2),
            Given.Failed.ToOrder());
}
