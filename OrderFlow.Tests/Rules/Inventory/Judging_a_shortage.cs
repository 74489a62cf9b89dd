using OrderFlow.Inventory;
using static OrderFlow.Inventory.ReserveOutcome;

namespace OrderFlow.Tests.Rules.Inventory;

public sealed class Judging_a_shortage
{
    [Theory]
    [InlineData(0, Insufficient)]
    [InlineData(4, Insufficient)]
    [InlineData(5, Contended)]
    [InlineData(6, Contended)]
    public void Is_final_only_where_the_pieces_that_may_come_back_would_not_suffice(long couldHave, ReserveOutcome outcome) =>
        Assert.Equal(
            new ReserveResult(outcome, Available: 2),
            StockLedger.JudgeShortage(new ReserveResult(Insufficient, Available: 2), wanted: 5, couldHave));

    [Fact]
    public void Is_busy_while_another_order_of_several_products_holds_the_pieces()
    {
        var stock = Stocked(pieces: 1, mayComeBack: row => row.Tentative);
        Write(stock, Reserve(1, tentative: true));

        Assert.Equal([new(Contended)], Write(stock, Reserve(2)));
    }

    [Fact]
    public void Is_final_where_the_pieces_are_held_for_good()
    {
        var stock = Stocked(pieces: 1, mayComeBack: row => row.Tentative);
        Write(stock, Reserve(1));

        Assert.Equal([new(Insufficient)], Write(stock, Reserve(2)));
    }

    [Fact]
    public void Is_busy_where_the_pieces_are_granted_in_the_same_write_and_may_come_back() =>
        Assert.Equal(
            [new(Granted, 9.99m), new(Contended)],
            Write(Stocked(pieces: 1, mayComeBack: row => row.Tentative), Reserve(1, tentative: true), Reserve(2)));

    [Fact]
    public void Is_not_final_where_the_pieces_are_granted_and_given_back_in_the_same_write() =>
        Assert.Equal(
            [new(Granted, 9.99m), new(Contended)],
            Write(Stocked(pieces: 1, mayComeBack: row => row.Tentative), Reserve(1, tentative: true), Reserve(2), new ReleaseCall("sku-1", 1, 1)));

    [Fact]
    public void Is_not_final_where_the_pieces_are_granted_in_the_same_write_to_an_order_that_is_cancelled_already() =>
        Assert.Equal(
            [new(Granted, 9.99m), new(Contended)],
            Write(Stocked(pieces: 1, mayComeBack: row => row.OrderId == 1), Reserve(1), Reserve(2)));

    private static PersistedStock Stocked(long pieces, Func<StockReservation, bool> mayComeBack)
    {
        var stock = new PersistedStock("sku-1", mayComeBack);
        stock.Write([new SetCall("sku-1", pieces, 9.99m)], Given.Earlier);
        return stock;
    }

    private static ReserveCall Reserve(long orderId, bool tentative = false) => new("sku-1", new(orderId, Attempt: 1, Quantity: 1, tentative));

    private static IEnumerable<ReserveResult> Write(PersistedStock stock, params StockCall[] calls)
    {
        stock.Write(calls, Given.Now);
        return calls.OfType<ReserveCall>().Select(call => call.Answer);
    }
}
