using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

public sealed class Releasing_stock
{
    private static readonly StockStep<bool> Nothing = new(false);

    [Fact]
    public void Gives_the_pieces_back_and_refuses_the_try_from_now_on()
    {
        var step = Release(Given.Stock(7, reserved: 8), Given.Held(1, 3), attempt: 1);

        Assert.True(step.Answer);
        Assert.Equal(Given.Stock(10, reserved: 5) with { UpdatedAt = Given.Now }, step.Item);
        Assert.Equal(Given.Held(1, 3) with { ReleasedAt = Given.Now }, step.Reservation);
    }

    [Fact]
    public void Up_to_a_later_try_gives_an_earlier_ones_pieces_back_and_refuses_both()
    {
        var step = Release(Given.Stock(7, reserved: 3), Given.Held(1, 3), attempt: 4);

        Assert.Equal(Given.Stock(10) with { UpdatedAt = Given.Now }, step.Item);
        Assert.Equal(Given.Held(4, 3) with { ReleasedAt = Given.Now }, step.Reservation);
    }

    [Fact]
    public void Of_an_earlier_try_never_frees_a_later_ones_pieces() =>
        Assert.Equal(Nothing, Release(Given.Stock(7, reserved: 3), Given.Held(2, 3), attempt: 1));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Again_changes_nothing(int attempt) => Assert.Equal(Nothing, Release(Given.Stock(10), Given.Released(2, 3), attempt));

    [Fact]
    public void Of_a_later_try_refuses_that_one_too_where_nothing_is_held()
    {
        var step = Release(Given.Stock(10), Given.Released(2, 3, 9.99m), attempt: 5);

        Assert.True(step.Answer);
        Assert.Null(step.Item);
        Assert.Equal(Given.Released(5, 3, 9.99m) with { ReleasedAt = Given.Now }, step.Reservation);
    }

    [Fact]
    public void Of_nothing_leaves_a_tombstone_so_that_a_late_reserve_cannot_take_stock()
    {
        var step = Release(Given.Stock(10), held: null, attempt: 1);

        Assert.True(step.Answer);
        Assert.Null(step.Item);
        Assert.Equal(Given.Released(1) with { ReleasedAt = Given.Now }, step.Reservation);
        Assert.Equal(new(new ReserveResult(ReserveOutcome.Superseded)), StockLedger.Reserve(Given.Stock(10), step.Reservation, Given.Try(1, 3), Given.Now));
    }

    [Fact]
    public void Of_a_product_that_is_not_there_leaves_a_tombstone_and_makes_no_product()
    {
        var step = Release(item: null, held: null, attempt: 1);

        Assert.Null(step.Item);
        Assert.Equal(Given.Released(1) with { ReleasedAt = Given.Now }, step.Reservation);
    }

    private static StockStep<bool> Release(StockItem? item, StockReservation? held, int attempt) =>
        StockLedger.Release(item, held, Given.OrderId, attempt, Given.Now);
}
