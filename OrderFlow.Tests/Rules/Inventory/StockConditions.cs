using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

/// <summary>Preconditions and repeated operations of admins' commands within one write.</summary>
public sealed class StockConditions
{
    private static readonly StockItem Item = Given.Stock(10) with { Version = 7, SettingsVersion = 3 };

    [Fact]
    public void Of_two_commands_with_the_same_version_in_one_write_one_succeeds()
    {
        var answers = Write(Item, StockAdminCommand.Adjust(Given.Operation("a", 7), -1), StockAdminCommand.Adjust(Given.Operation("b", 7), -1));

        Assert.Equal([Outcome.Ok, Outcome.Stale], answers.Select(answer => answer.Outcome));
        Assert.Equal((9, 8), (answers[0].Item!.AvailableQuantity, answers[0].Item!.Version));
    }

    [Fact]
    public void A_command_of_an_order_earlier_in_the_write_makes_the_version_stale()
    {
        var batch = new StockBatch(new(Item), [], Given.Now);
        new ReserveCommand(Given.Attempt(1, 1)).ApplyTo(batch, Given.Now);

        Assert.Equal(Outcome.Stale, Apply(batch, StockAdminCommand.Set(Given.Operation("a", 7), "sku-1", 5, 1)).Outcome);
        Assert.Equal(Outcome.Ok, Apply(batch, StockAdminCommand.ChangeSettings(Given.Operation("b", 3), 1, null)).Outcome);   // which has a version of its own
        Assert.Equal(Outcome.Stale, Apply(batch, StockAdminCommand.ChangeSettings(Given.Operation("c", 3), 2, null)).Outcome);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(8)]   // not even the version that this write will have
    public void Another_version_is_stale_and_changes_nothing(long version)
    {
        var batch = new StockBatch(new(Item), [], Given.Now);

        Assert.Equal(new StockResult(Outcome.Stale), Apply(batch, StockAdminCommand.Restock(Given.Operation("a", version), 5)));
        Assert.False(batch.HasChanges);
        Assert.Empty(batch.ToRecord().Operations);
    }

    [Fact]
    public void A_product_must_be_new_or_exist_where_the_command_requires_it()
    {
        var mustBeNew = Given.Operation("a") with { MustBeNew = true };
        var mustExist = Given.Operation("b") with { MustExist = true };
        var archived = Item with { ArchivedAt = Given.Earlier, AvailableQuantity = 0 };

        Assert.Equal([Outcome.Stale, Outcome.Ok], Write(Item, Set(mustBeNew), Set(mustExist)).Select(answer => answer.Outcome));
        Assert.Equal([Outcome.Stale, Outcome.Ok, Outcome.Ok], Write(null, Set(mustExist), Set(mustBeNew), Set(Given.Operation("c"))).Select(answer => answer.Outcome));
        Assert.Equal([Outcome.Stale, Outcome.Stale, Outcome.Ok], Write(archived, Set(mustExist), Set(Given.Operation("c", 7)), Set(mustBeNew)).Select(answer => answer.Outcome));
        Assert.Equal([Outcome.NotFound, Outcome.NotFound], Write(null, StockAdminCommand.Adjust(mustExist, 1), StockAdminCommand.Archive(Given.Operation("d", 7))).Select(answer => answer.Outcome));
    }

    [Fact]
    public void An_operation_that_is_repeated_in_one_write_is_carried_out_once()
    {
        var answers = Write(
            Item, StockAdminCommand.Restock(Given.Operation("a"), 5), StockAdminCommand.Restock(Given.Operation("a"), 5), StockAdminCommand.Restock(Given.Operation("a"), 6));

        Assert.Equal([(Outcome.Ok, false), (Outcome.Ok, true), (Outcome.KeyReused, false)], answers.Select(answer => (answer.Outcome, answer.WasRepeated)));
        Assert.Equal([15L, 15L], answers.Take(2).Select(answer => answer.Item!.AvailableQuantity));
    }

    [Fact]
    public void An_operation_of_an_earlier_write_is_answered_as_then_whatever_became_of_the_product()
    {
        var stored = new StoredStockOperation("a", "adjust -4 broken", Guid.NewGuid(), Item with { AvailableQuantity = 6 }, Given.Earlier);
        var operation = Given.Operation("a", 2) with { Reason = "broken" };
        var again = StockAdminCommand.Adjust(operation, -4);
        var other = StockAdminCommand.Adjust(operation, -5);
        again.Found(stored);
        other.Found(stored);

        Assert.Equal([new(Outcome.Ok, stored.Answer, WasRepeated: true), new(Outcome.KeyReused)], Write(null, again, other));
    }

    [Fact]
    public void A_refused_operation_does_not_use_up_its_id()
    {
        var batch = new StockBatch(new(Item), [], Given.Now);

        Assert.Equal(Outcome.Conflict, Apply(batch, StockAdminCommand.Adjust(Given.Operation("a"), -11)).Outcome);
        Assert.Equal(Outcome.Ok, Apply(batch, StockAdminCommand.Adjust(Given.Operation("a"), -10)).Outcome);
    }

    [Fact]
    public void Every_answer_of_a_write_shows_the_item_as_it_was_written()
    {
        var answers = Write(Item, StockAdminCommand.Restock(Given.Operation("a"), 5), StockAdminCommand.Adjust(Given.Operation("b"), -1));

        Assert.Equal([(14L, 8L), (14L, 8L)], answers.Select(answer => (answer.Item!.AvailableQuantity, answer.Item.Version)));
    }

    private static StockAdminCommand Set(StockOperation operation) => StockAdminCommand.Set(operation, "sku-1", 5, 1);

    private static StockResult[] Write(StockItem? item, params StockAdminCommand[] commands)
    {
        var batch = new StockBatch(new(item), [], Given.Now);
        foreach (var command in commands) command.ApplyTo(batch, Given.Now);
        var written = batch.ToRecord().Item;
        foreach (var command in commands) command.Complete(written);
        return [.. commands.Select(command => command.Answered.Result)];
    }

    private static StockResult Apply(StockBatch batch, StockAdminCommand command)
    {
        command.ApplyTo(batch, Given.Now);
        command.Complete(batch.Item);
        return command.Answered.Result;
    }
}
