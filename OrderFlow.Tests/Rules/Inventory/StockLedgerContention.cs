using OrderFlow.Inventory;
using static OrderFlow.Inventory.ReserveOutcome;

namespace OrderFlow.Tests.Rules.Inventory;

public sealed class StockLedgerContention
{
    [Theory]
    [InlineData(0, Insufficient)]
    [InlineData(4, Insufficient)]
    [InlineData(5, Contended)]
    [InlineData(6, Contended)]
    public void Insufficient_is_final_only_where_the_units_that_may_be_released_would_not_suffice(long attainable, ReserveOutcome outcome) =>
        Assert.Equal(
            new ReserveResult(outcome, Available: 2),
            StockLedger.CheckContention(new ReserveResult(Insufficient, Available: 2), quantity: 5, attainable));

    [Fact]
    public void Stock_is_contended_while_another_order_of_several_products_holds_the_units()
    {
        var stock = Stocked(units: 1, mayBeReleased: row => row.Tentative);
        Write(stock, Reserve(1, tentative: true));

        Assert.Equal([new(Contended)], Write(stock, Reserve(2)));
    }

    [Fact]
    public void Insufficient_is_final_where_the_units_cannot_be_released()
    {
        var stock = Stocked(units: 1, mayBeReleased: row => row.Tentative);
        Write(stock, Reserve(1));

        Assert.Equal([new(Insufficient)], Write(stock, Reserve(2)));
    }

    [Fact]
    public void Stock_is_contended_where_the_same_write_grants_units_that_may_be_released() =>
        Assert.Equal(
            [new(Granted, 9.99m), new(Contended)],
            Write(Stocked(units: 1, mayBeReleased: row => row.Tentative), Reserve(1, tentative: true), Reserve(2)));

    [Fact]
    public void Insufficient_is_not_final_where_the_same_write_grants_and_releases_the_units() =>
        Assert.Equal(
            [new(Granted, 9.99m), new(Contended)],
            Write(Stocked(units: 1, mayBeReleased: row => row.Tentative), Reserve(1, tentative: true), Reserve(2), new ReleaseCall("sku-1", 1, 1)));

    [Fact]
    public void Insufficient_is_not_final_where_the_same_write_grants_the_units_to_a_cancelled_order() =>
        Assert.Equal(
            [new(Granted, 9.99m), new(Contended)],
            Write(Stocked(units: 1, mayBeReleased: row => row.OrderId == 1), Reserve(1), Reserve(2)));

    private static PersistedStock Stocked(long units, Func<StockReservation, bool> mayBeReleased)
    {
        var stock = new PersistedStock("sku-1", mayBeReleased);
        stock.Write([new SetCall("sku-1", units, 9.99m)], Given.Earlier);
        return stock;
    }

    private static ReserveCall Reserve(long orderId, bool tentative = false) => new("sku-1", new(orderId, Attempt: 1, Quantity: 1, tentative));

    private static IEnumerable<ReserveResult> Write(PersistedStock stock, params StockCall[] calls)
    {
        stock.Write(calls, Given.Now);
        return calls.OfType<ReserveCall>().Select(call => call.Answer);
    }
}
