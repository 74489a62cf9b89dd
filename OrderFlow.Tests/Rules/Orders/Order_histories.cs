namespace OrderFlow.Tests.Rules.Orders;

public sealed class Order_histories
{
    [Fact]
    public void Settle_every_order_and_keep_stock_right_after_each_step() => Histories.Check(OrderMove.All, OrderHistory.Replay);

    [Fact]
    public void Allow_of_one_order_what_the_rules_name_and_nothing_else() => Histories.Check(LifecycleHistory.Steps, LifecycleHistory.Replay);
}
