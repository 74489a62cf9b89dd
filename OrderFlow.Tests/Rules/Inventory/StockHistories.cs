namespace OrderFlow.Tests.Rules.Inventory;

public sealed class StockHistories
{
    [Fact]
    public void Every_count_and_every_reservation_is_right_after_each_write() => Histories.Check(StockHistory.Steps, StockHistory.Replay);
}
