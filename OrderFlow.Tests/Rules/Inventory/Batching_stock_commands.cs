using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

public sealed class Batching_stock_commands
{
    [Fact]
    public void Lets_each_command_build_on_those_before_it()
    {
        var batch = new StockBatch(Given.Stock(5), []);

        var first = Reserve(batch, orderId: 1, pieces: 3);
        var second = Reserve(batch, orderId: 2, pieces: 3);
        Apply(batch, new ReleaseCommand(1, 1));
        var third = Reserve(batch, orderId: 3, pieces: 3);

        Assert.Equal(
            [new(ReserveOutcome.Granted, 9.99m), new(ReserveOutcome.Insufficient, Available: 2), new(ReserveOutcome.Granted, 9.99m)],
            new[] { first, second, third }.Select(Answer));
        Assert.Equal(Given.Stock(2, reserved: 3) with { UpdatedAt = Given.Now }, batch.Item);
    }

    [Fact]
    public void Writes_one_row_for_each_order_that_changed_by_order_id()
    {
        var batch = new StockBatch(Given.Stock(10), [Given.Held(1, 3) with { OrderId = 7 }]);

        Reserve(batch, orderId: 9, pieces: 2);
        Reserve(batch, orderId: 7, pieces: 3);
        Reserve(batch, orderId: 8, pieces: 1);
        Apply(batch, new ReleaseCommand(9, 1));

        Assert.Equal<StockReservation>(
            [Given.Held(1, 1) with { OrderId = 8 }, Given.Held(1, 2) with { OrderId = 9, ReleasedAt = Given.Now }],
            batch.ToRecord().Changed);
        Assert.Equal(Given.Stock(9, reserved: 1) with { UpdatedAt = Given.Now }, batch.ToRecord().Item);
    }

    [Fact]
    public void Has_nothing_to_write_where_all_was_asked_before_or_refused()
    {
        var batch = new StockBatch(Given.Stock(2), [Given.Held(1, 3) with { OrderId = 7 }, Given.Released(1) with { OrderId = 8 }]);

        Reserve(batch, orderId: 7, pieces: 3);
        Reserve(batch, orderId: 9, pieces: 3);
        Reserve(batch, orderId: 8, pieces: 1);
        Apply(batch, new ReleaseCommand(8, 1));
        Apply(batch, new RestockCommand(Limits.AvailableQuantity));

        Assert.False(batch.HasChanges);
        Assert.Empty(batch.ToRecord().Changed);
    }

    [Fact]
    public void Writes_a_tombstone_of_a_product_that_is_not_there_and_no_counts()
    {
        var batch = new StockBatch(persisted: null, []);

        Apply(batch, new ReleaseCommand(7, 2));

        Assert.True(batch.HasChanges);
        Assert.Null(batch.ToRecord().Item);
        Assert.Equal<StockReservation>([Given.Released(2) with { OrderId = 7, ReleasedAt = Given.Now }], batch.ToRecord().Changed);
    }

    [Fact]
    public void Has_counts_to_write_and_no_rows_where_stock_is_set_or_added()
    {
        var batch = new StockBatch(Given.Stock(2, reserved: 1), []);

        Apply(batch, new SetCommand("sku-1", 10, 1.25m));
        Apply(batch, new RestockCommand(5));

        Assert.True(batch.HasChanges);
        Assert.Equal(Given.Stock(15, reserved: 1, price: 1.25m) with { UpdatedAt = Given.Now }, batch.ToRecord().Item);
        Assert.Empty(batch.ToRecord().Changed);
    }

    [Fact]
    public void Tells_no_answer_before_the_write()
    {
        var batch = new StockBatch(Given.Stock(5), []);

        var reserve = Reserve(batch, orderId: 1, pieces: 3);

        Assert.False(reserve.Answered.IsCompleted);
    }

    [Fact]
    public async Task Tells_every_waiting_command_when_the_write_fails()
    {
        var reserve = Reserve(new StockBatch(Given.Stock(5), []), orderId: 1, pieces: 3);
        var error = new InvalidOperationException("the database is away");

        reserve.Fail(error);

        Assert.Same(error, await Assert.ThrowsAsync<InvalidOperationException>(() => reserve.Answered));
    }

    private static ReserveCommand Reserve(StockBatch batch, long orderId, long pieces) =>
        Apply(batch, new ReserveCommand(new(orderId, Attempt: 1, pieces, Tentative: false)));

    private static TCommand Apply<TCommand>(StockBatch batch, TCommand command)
        where TCommand : StockCommand
    {
        command.ApplyTo(batch, Given.Now);
        return command;
    }

    private static ReserveResult Answer(ReserveCommand command)
    {
        command.Complete();
        return command.Answered.Result;
    }
}
