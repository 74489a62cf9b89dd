using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

public sealed class StockLedgerReserve
{
    private static readonly ReserveResult GivenUp = new(ReserveOutcome.Superseded);

    [Fact]
    public void Units_are_reserved_at_the_current_price()
    {
        var step = Reserve(Given.Stock(10, reserved: 5), held: null, Given.Attempt(1, 3));

        Assert.Equal(new ReserveResult(ReserveOutcome.Granted, 9.99m), step.Answer);
        Assert.Equal(Given.Stock(7, reserved: 8) with { UpdatedAt = Given.Now }, step.Item);
        Assert.Equal(Given.Held(1, 3), step.Reservation);
    }

    [Fact]
    public void A_tentative_reservation_is_stored_as_such()
    {
        var step = Reserve(Given.Stock(10), held: null, Given.Attempt(1, 3, tentative: true));

        Assert.Equal(Given.Held(1, 3) with { Tentative = true }, step.Reservation);
    }

    [Fact]
    public void The_last_unit_can_be_reserved()
    {
        var step = Reserve(Given.Stock(3), held: null, Given.Attempt(1, 3));

        Assert.Equal(ReserveOutcome.Granted, step.Answer.Outcome);
        Assert.Equal((0L, 3L), (step.Item!.AvailableQuantity, step.Item.ReservedQuantity));
    }

    [Fact]
    public void Insufficient_stock_is_answered_with_what_is_available_and_changes_nothing() =>
        Assert.Equal(new(new ReserveResult(ReserveOutcome.Insufficient, Available: 2)), Reserve(Given.Stock(2), held: null, Given.Attempt(1, 3)));

    [Fact]
    public void An_unknown_product_is_answered_as_such_and_changes_nothing() =>
        Assert.Equal(new(new ReserveResult(ReserveOutcome.Unknown)), Reserve(item: null, held: null, Given.Attempt(1, 3)));

    [Fact]
    public void A_repeated_reserve_is_answered_as_the_first_though_stock_has_run_out_and_the_price_has_changed() =>
        Assert.Equal(
            new(new ReserveResult(ReserveOutcome.Granted, 9.99m)),
            Reserve(Given.Stock(0, reserved: 3, price: 12.50m), Given.Held(2, 3), Given.Attempt(2, 3)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void An_attempt_that_was_released_or_one_before_it_is_superseded(int attempt) =>
        Assert.Equal(new(GivenUp), Reserve(Given.Stock(10), Given.Released(2, 3), Given.Attempt(attempt, 3)));

    [Fact]
    public void A_released_attempt_is_superseded_also_where_the_product_is_unknown() =>
        Assert.Equal(new(GivenUp), Reserve(item: null, Given.Released(1), Given.Attempt(1, 3)));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_attempt_is_superseded_once_the_units_are_consumed(int attempt) =>
        Assert.Equal(new(GivenUp), Reserve(Given.Stock(10), Given.Consumed(2, 3), Given.Attempt(attempt, 3)));

    [Fact]
    public void An_attempt_before_the_one_that_holds_units_is_superseded() =>
        Assert.Equal(new(GivenUp), Reserve(Given.Stock(10, reserved: 3), Given.Held(2, 3), Given.Attempt(1, 3)));

    [Fact]
    public void The_attempt_after_a_released_one_reserves_units_again()
    {
        var step = Reserve(Given.Stock(10), Given.Released(2, 3), Given.Attempt(3, 4));

        Assert.Equal(new ReserveResult(ReserveOutcome.Granted, 9.99m), step.Answer);
        Assert.Equal(Given.Stock(6, reserved: 4) with { UpdatedAt = Given.Now }, step.Item);
        Assert.Equal(Given.Held(3, 4), step.Reservation);
    }

    [Theory]
    [InlineData(5, 3, 8)]
    [InlineData(1, 7, 4)]
    [InlineData(8, 0, 11)]
    public void A_later_attempt_takes_over_what_the_earlier_one_holds_at_the_current_price(long units, long availableThen, long reservedThen)
    {
        var step = Reserve(Given.Stock(5, reserved: 6, price: 12.50m), Given.Held(1, 3), Given.Attempt(2, units));

        Assert.Equal(new ReserveResult(ReserveOutcome.Granted, 12.50m), step.Answer);
        Assert.Equal(Given.Stock(availableThen, reservedThen, price: 12.50m) with { UpdatedAt = Given.Now }, step.Item);
        Assert.Equal(Given.Held(2, units, price: 12.50m), step.Reservation);
    }

    [Fact]
    public void A_later_attempt_counts_the_earlier_ones_units_as_available_and_leaves_them_where_stock_is_insufficient() =>
        Assert.Equal(new(new ReserveResult(ReserveOutcome.Insufficient, Available: 8)), Reserve(Given.Stock(5, reserved: 3), Given.Held(1, 3), Given.Attempt(2, 9)));

    private static StockStep<ReserveResult> Reserve(StockItem? item, StockReservation? held, ReserveStock command) =>
        StockLedger.Reserve(item, held, command, Given.Now);
}
