using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

public sealed class Reserving_stock
{
    private static readonly ReserveResult GivenUp = new(ReserveOutcome.Superseded);

    [Fact]
    public void Holds_the_pieces_at_the_present_price()
    {
        var step = Reserve(Given.Stock(10, reserved: 5), held: null, Given.Try(1, 3));

        Assert.Equal(new ReserveResult(ReserveOutcome.Granted, 9.99m), step.Answer);
        Assert.Equal(Given.Stock(7, reserved: 8) with { UpdatedAt = Given.Now }, step.Item);
        Assert.Equal(Given.Held(1, 3), step.Reservation);
    }

    [Fact]
    public void Notes_that_the_pieces_may_come_back()
    {
        var step = Reserve(Given.Stock(10), held: null, Given.Try(1, 3, tentative: true));

        Assert.Equal(Given.Held(1, 3) with { Tentative = true }, step.Reservation);
    }

    [Fact]
    public void Takes_the_last_piece()
    {
        var step = Reserve(Given.Stock(3), held: null, Given.Try(1, 3));

        Assert.Equal(ReserveOutcome.Granted, step.Answer.Outcome);
        Assert.Equal((0L, 3L), (step.Item!.AvailableQuantity, step.Item.ReservedQuantity));
    }

    [Fact]
    public void Says_what_is_available_where_one_piece_is_missing_and_changes_nothing() =>
        Assert.Equal(new(new ReserveResult(ReserveOutcome.Insufficient, Available: 2)), Reserve(Given.Stock(2), held: null, Given.Try(1, 3)));

    [Fact]
    public void Of_a_product_that_is_not_there_says_so_and_changes_nothing() =>
        Assert.Equal(new(new ReserveResult(ReserveOutcome.Unknown)), Reserve(item: null, held: null, Given.Try(1, 3)));

    [Fact]
    public void Asked_again_is_answered_as_the_first_time_though_stock_has_run_out_and_the_price_has_changed() =>
        Assert.Equal(
            new(new ReserveResult(ReserveOutcome.Granted, 9.99m)),
            Reserve(Given.Stock(0, reserved: 3, price: 12.50m), Given.Held(2, 3), Given.Try(2, 3)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void For_a_try_that_was_released_or_one_before_it_is_refused_for_good(int attempt) =>
        Assert.Equal(new(GivenUp), Reserve(Given.Stock(10), Given.Released(2, 3), Given.Try(attempt, 3)));

    [Fact]
    public void For_a_try_that_was_released_is_refused_also_where_there_is_no_such_product() =>
        Assert.Equal(new(GivenUp), Reserve(item: null, Given.Released(1), Given.Try(1, 3)));

    [Fact]
    public void For_a_try_before_the_one_that_holds_is_refused_for_good() =>
        Assert.Equal(new(GivenUp), Reserve(Given.Stock(10, reserved: 3), Given.Held(2, 3), Given.Try(1, 3)));

    [Fact]
    public void For_the_try_after_a_released_one_holds_pieces_again()
    {
        var step = Reserve(Given.Stock(10), Given.Released(2, 3), Given.Try(3, 4));

        Assert.Equal(new ReserveResult(ReserveOutcome.Granted, 9.99m), step.Answer);
        Assert.Equal(Given.Stock(6, reserved: 4) with { UpdatedAt = Given.Now }, step.Item);
        Assert.Equal(Given.Held(3, 4), step.Reservation);
    }

    [Theory]
    [InlineData(5, 3, 8)]
    [InlineData(1, 7, 4)]
    [InlineData(8, 0, 11)]
    public void For_a_later_try_takes_over_what_the_earlier_one_holds_at_the_present_price(long pieces, long availableThen, long reservedThen)
    {
        var step = Reserve(Given.Stock(5, reserved: 6, price: 12.50m), Given.Held(1, 3), Given.Try(2, pieces));

        Assert.Equal(new ReserveResult(ReserveOutcome.Granted, 12.50m), step.Answer);
        Assert.Equal(Given.Stock(availableThen, reservedThen, price: 12.50m) with { UpdatedAt = Given.Now }, step.Item);
        Assert.Equal(Given.Held(2, pieces, price: 12.50m), step.Reservation);
    }

    [Fact]
    public void For_a_later_try_that_is_short_counts_the_earlier_pieces_as_available_and_leaves_them_held() =>
        Assert.Equal(new(new ReserveResult(ReserveOutcome.Insufficient, Available: 8)), Reserve(Given.Stock(5, reserved: 3), Given.Held(1, 3), Given.Try(2, 9)));

    private static StockStep<ReserveResult> Reserve(StockItem? item, StockReservation? held, ReserveStock command) =>
        StockLedger.Reserve(item, held, command, Given.Now);
}
