using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

public sealed class StockLedgerRelease
{
    private static readonly StockStep<bool> Nothing = new(false);

    [Fact]
    public void A_release_frees_the_units_and_refuses_the_attempt_from_now_on()
    {
        var step = Release(Given.Stock(7, reserved: 8), Given.Held(1, 3), attempt: 1);

        Assert.True(step.Answer);
        Assert.Equal(Given.Stock(10, reserved: 5) with { UpdatedAt = Given.Now }, step.Item);
        Assert.Equal(Given.Held(1, 3) with { ReleasedAt = Given.Now }, step.Reservation);
    }

    [Fact]
    public void A_release_up_to_a_later_attempt_frees_an_earlier_ones_units_and_refuses_both()
    {
        var step = Release(Given.Stock(7, reserved: 3), Given.Held(1, 3), attempt: 4);

        Assert.Equal(Given.Stock(10) with { UpdatedAt = Given.Now }, step.Item);
        Assert.Equal(Given.Held(4, 3) with { ReleasedAt = Given.Now }, step.Reservation);
    }

    [Fact]
    public void A_release_of_an_earlier_attempt_never_frees_a_later_ones_units() =>
        Assert.Equal(Nothing, Release(Given.Stock(7, reserved: 3), Given.Held(2, 3), attempt: 1));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void A_repeated_release_changes_nothing(int attempt) => Assert.Equal(Nothing, Release(Given.Stock(10), Given.Released(2, 3), attempt));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_release_changes_nothing_once_the_units_are_consumed(int attempt) =>
        Assert.Equal(Nothing, Release(Given.Stock(10, reserved: 5), Given.Consumed(2, 3), attempt));

    [Fact]
    public void A_release_of_a_later_attempt_refuses_that_one_too_where_nothing_is_held()
    {
        var step = Release(Given.Stock(10), Given.Released(2, 3, 9.99m), attempt: 5);

        Assert.True(step.Answer);
        Assert.Null(step.Item);
        Assert.Equal(Given.Released(5, 3, 9.99m) with { ReleasedAt = Given.Now }, step.Reservation);
    }

    [Fact]
    public void A_release_of_nothing_leaves_a_tombstone_row_so_that_a_late_reserve_takes_no_stock()
    {
        var step = Release(Given.Stock(10), held: null, attempt: 1);

        Assert.True(step.Answer);
        Assert.Null(step.Item);
        Assert.Equal(Given.Released(1) with { ReleasedAt = Given.Now }, step.Reservation);
        Assert.Equal(new(new ReserveResult(ReserveOutcome.Superseded)), StockLedger.Reserve(Given.Stock(10), step.Reservation, Given.Attempt(1, 3), Given.Now));
    }

    [Fact]
    public void A_release_of_an_unknown_product_leaves_a_tombstone_row_and_creates_no_product()
    {
        var step = Release(item: null, held: null, attempt: 1);

        Assert.Null(step.Item);
        Assert.Equal(Given.Released(1) with { ReleasedAt = Given.Now }, step.Reservation);
    }

    private static StockStep<bool> Release(StockItem? item, StockReservation? held, int attempt) =>
        StockLedger.Release(item, held, Given.OrderId, attempt, Given.Now);
}
