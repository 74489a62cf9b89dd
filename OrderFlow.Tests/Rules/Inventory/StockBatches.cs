using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

public sealed class StockBatches
{
    [Fact]
    public void Each_command_builds_on_those_before_it()
    {
        var batch = Batch(Given.Stock(5));

        var first = Reserve(batch, orderId: 1, units: 3);
        var second = Reserve(batch, orderId: 2, units: 3);
        Apply(batch, new ReleaseCommand(1, 1));
        var third = Reserve(batch, orderId: 3, units: 3);

        Assert.Equal(
            [new(ReserveOutcome.Granted, 9.99m), new(ReserveOutcome.Insufficient, Available: 2), new(ReserveOutcome.Granted, 9.99m)],
            new[] { first, second, third }.Select(command => Answer(command)));
        Assert.Equal(Given.Stock(2, reserved: 3) with { UpdatedAt = Given.Now, Version = 2 }, batch.Item);
    }

    [Fact]
    public void A_batch_writes_one_row_for_each_changed_order_by_order_id()
    {
        var batch = Batch(Given.Stock(10), Given.Held(1, 3) with { OrderId = 7 });

        Reserve(batch, orderId: 9, units: 2);
        Reserve(batch, orderId: 7, units: 3);
        Reserve(batch, orderId: 8, units: 1);
        Apply(batch, new ReleaseCommand(9, 1));

        Assert.Equal<StockReservation>(
            [Given.Held(1, 1) with { OrderId = 8 }, Given.Held(1, 2) with { OrderId = 9, ReleasedAt = Given.Now }],
            batch.ToRecord().Reservations);
        Assert.Equal(Given.Stock(9, reserved: 1) with { UpdatedAt = Given.Now, Version = 2 }, batch.ToRecord().Item);
    }

    [Fact]
    public void Units_that_are_consumed_do_not_become_available_in_the_same_write()
    {
        var batch = Batch(Given.Stock(2, reserved: 3), Given.Held(1, 3));

        var consumed = Apply(batch, new ConsumeCommand(Given.OrderId, 1));
        var again = Apply(batch, new ConsumeCommand(Given.OrderId, 1));
        Apply(batch, new ReleaseCommand(Given.OrderId, 1));
        var next = Reserve(batch, orderId: 7, units: 3);

        Assert.Equal((ConsumeOutcome.Consumed, ConsumeOutcome.Consumed), (Answer(consumed), Answer(again)));
        Assert.Equal(new ReserveResult(ReserveOutcome.Insufficient, Available: 2), Answer(next));
        Assert.Equal(Given.Stock(2) with { UpdatedAt = Given.Now, Version = 2 }, batch.ToRecord().Item);
        Assert.Equal<StockReservation>([Given.Consumed(1, 3) with { ReleasedAt = Given.Now }], batch.ToRecord().Reservations);
    }

    [Fact]
    public void Repeated_and_refused_commands_leave_nothing_to_write()
    {
        var batch = Batch(Given.Stock(2), Given.Held(1, 3) with { OrderId = 7 }, Given.Released(1) with { OrderId = 8 });

        Reserve(batch, orderId: 7, units: 3);
        Reserve(batch, orderId: 9, units: 3);
        Reserve(batch, orderId: 8, units: 1);
        Apply(batch, new ReleaseCommand(8, 1));
        Apply(batch, new ConsumeCommand(8, 1));
        Apply(batch, new ConsumeCommand(9, 1));
        Apply(batch, StockAdminCommand.Restock(Given.Operation(), Limits.AvailableQuantity));

        Assert.False(batch.HasChanges);
        Assert.Empty(batch.ToRecord().Reservations);
    }

    [Fact]
    public void A_release_of_an_unknown_product_writes_a_tombstone_row_and_no_counts()
    {
        var batch = Batch(item: null);

        Apply(batch, new ReleaseCommand(7, 2));

        Assert.True(batch.HasChanges);
        Assert.Null(batch.ToRecord().Item);
        Assert.Equal<StockReservation>([Given.Released(2) with { OrderId = 7, ReleasedAt = Given.Now }], batch.ToRecord().Reservations);
    }

    [Fact]
    public void Setting_and_restocking_write_counts_and_no_rows()
    {
        var batch = Batch(Given.Stock(2, reserved: 1));

        Apply(batch, StockAdminCommand.Set(Given.Operation(), "sku-1", 10, 1.25m));
        Apply(batch, StockAdminCommand.Restock(Given.Operation(), 5));

        Assert.True(batch.HasChanges);
        Assert.Equal(Given.Stock(15, reserved: 1, price: 1.25m) with { UpdatedAt = Given.Now, Version = 2, SettingsVersion = 2 }, batch.ToRecord().Item);
        Assert.Empty(batch.ToRecord().Reservations);
    }

    [Fact]
    public void No_command_is_answered_before_the_write()
    {
        var batch = Batch(Given.Stock(5));

        var reserve = Reserve(batch, orderId: 1, units: 3);

        Assert.False(reserve.Answered.IsCompleted);
    }

    [Fact]
    public async Task Every_command_fails_when_the_write_fails()
    {
        var reserve = Reserve(Batch(Given.Stock(5)), orderId: 1, units: 3);
        var error = new InvalidOperationException("the database is away");

        reserve.Fail(error);

        Assert.Same(error, await Assert.ThrowsAsync<InvalidOperationException>(() => reserve.Answered));
    }

    private static StockBatch Batch(StockItem? item, params StockReservation[] rows) => new(new(item), rows, Given.Now);

    private static ReserveCommand Reserve(StockBatch batch, long orderId, long units) =>
        Apply(batch, new ReserveCommand(new(orderId, Attempt: 1, units, Tentative: false)));

    private static TCommand Apply<TCommand>(StockBatch batch, TCommand command)
        where TCommand : StockCommand
    {
        command.ApplyTo(batch, Given.Now);
        return command;
    }

    private static TAnswer Answer<TAnswer>(StockCommand<TAnswer> command)
    {
        command.Complete(written: null);
        return command.Answered.Result;
    }
}
