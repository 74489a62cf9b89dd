using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

public sealed class StockLedgerConsume
{
    [Fact]
    public void The_units_leave_the_stock_and_do_not_become_available()
    {
        var step = Consume(Given.Stock(7, reserved: 8), Given.Held(2, 3), attempt: 2);

        Assert.Equal(ConsumeOutcome.Consumed, step.Answer);
        Assert.Equal(Given.Stock(7, reserved: 5) with { UpdatedAt = Given.Now }, step.Item);
        Assert.Equal(Given.Held(2, 3) with { Consumed = true, ReleasedAt = Given.Now }, step.Reservation);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_repeat_changes_nothing(int attempt) =>
        Assert.Equal(new(ConsumeOutcome.Consumed), Consume(Given.Stock(7, reserved: 5), Given.Consumed(2, 3), attempt));

    [Fact]
    public void Nothing_leaves_where_nothing_was_reserved()
    {
        Assert.Equal(new(ConsumeOutcome.Missing), Consume(Given.Stock(7, reserved: 5), held: null, attempt: 1));
        Assert.Equal(new(ConsumeOutcome.Missing), Consume(item: null, held: null, attempt: 1));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Nothing_leaves_once_the_units_are_released(int attempt) =>
        Assert.Equal(new(ConsumeOutcome.Released), Consume(Given.Stock(7, reserved: 5), Given.Released(2, 3), attempt));

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Another_attempt_keeps_its_units(int attempt) =>
        Assert.Equal(new(ConsumeOutcome.Released), Consume(Given.Stock(7, reserved: 5), Given.Held(2, 3), attempt));

    private static StockStep<ConsumeOutcome> Consume(StockItem? item, StockReservation? held, int attempt) => StockLedger.Consume(item, held, attempt, Given.Now);
}
