namespace OrderFlow.Tests.Rules.Orders;

public sealed class OrderHistories
{
    [Fact]
    public void Every_order_settles_and_stock_is_right_after_each_step() => Histories.Check(OrderMove.All, OrderHistory.Replay);

    [Fact]
    public void One_order_takes_the_steps_that_the_rules_allow_and_no_others() => Histories.Check(LifecycleHistory.Steps, LifecycleHistory.Replay);
}
