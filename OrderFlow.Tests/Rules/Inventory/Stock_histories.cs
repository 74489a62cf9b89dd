namespace OrderFlow.Tests.Rules.Inventory;

public sealed class Stock_histories
{
    [Fact]
    public void Keep_every_count_and_every_reservation_right_after_each_write() => Histories.Check(StockHistory.Steps, StockHistory.Replay);
}
