using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

/// <summary>The event of a product whose available units cross its threshold.</summary>
public sealed class StockLevels
{
    [Theory]
    [InlineData(6, false, -1, true)]    // to the threshold
    [InlineData(6, false, -6, true)]
    [InlineData(5, true, 1, false)]     // above it
    [InlineData(7, false, -1, null)]
    [InlineData(5, true, -1, null)]
    [InlineData(4, true, 1, null)]
    public void A_write_that_crosses_the_threshold_has_one_event(long available, bool wasLow, long delta, bool? isLow)
    {
        var batch = Batch(Item(available), wasLow);
        Apply(batch, StockAdminCommand.Adjust(Given.Operation("a"), delta));

        Assert.Equal(
            isLow is null ? null : new StockLevelChanged(isLow.Value, "sku-1", available + delta, 5, Version: 8, Given.Now),
            batch.ToRecord().Event);
    }

    [Fact]
    public void A_write_that_crosses_back_and_forth_has_none()
    {
        var batch = Batch(Item(6), wasLow: false);
        Apply(batch, StockAdminCommand.Adjust(Given.Operation("a"), -3));
        Apply(batch, StockAdminCommand.Restock(Given.Operation("b"), 3));

        Assert.Null(batch.ToRecord().Event);
        Assert.Equal(2, batch.ToRecord().Movements.Length);
    }

    [Fact]
    public void Changing_the_threshold_can_cross_it()
    {
        var raised = Batch(Item(6), wasLow: false);
        Apply(raised, StockAdminCommand.ChangeSettings(Given.Operation("a"), 9.99m, 6));
        var removed = Batch(Item(5), wasLow: true);
        Apply(removed, StockAdminCommand.ChangeSettings(Given.Operation("a"), 9.99m, null));

        Assert.Equal((true, 6L), (raised.ToRecord().Event!.IsLow, raised.ToRecord().Event!.LowStockThreshold));
        Assert.Equal((false, null), (removed.ToRecord().Event!.IsLow, removed.ToRecord().Event!.LowStockThreshold));
        Assert.Empty(removed.ToRecord().Movements);
    }

    [Fact]
    public void Archiving_has_a_movement_and_no_event_and_restoring_has_one_where_the_last_no_longer_holds()
    {
        var archived = Batch(Item(6), wasLow: false);
        Apply(archived, StockAdminCommand.Archive(Given.Operation("a")));
        var record = archived.ToRecord();
        Assert.Null(record.Event);
        Assert.Equal((StockMovementKind.Archive, -6L, "root"), (record.Movements.Single().Kind, record.Movements.Single().AvailableDelta, record.Movements.Single().Actor));

        var restored = Batch(record.Item!, wasLow: false);
        Apply(restored, StockAdminCommand.Set(Given.Operation("b"), "sku-1", 2, 1));
        Assert.Equal((true, 9L), (restored.ToRecord().Event!.IsLow, restored.ToRecord().Item!.Version));

        var low = Batch(Item(5), wasLow: true);
        Apply(low, StockAdminCommand.Archive(Given.Operation("a")));
        Assert.Equal((null, true), (low.ToRecord().Event, low.ToRecord().IsAnnouncedLow));
        foreach (var (available, isLow) in new[] { (5, (bool?)null), (6, false) })
        {
            var again = Batch(low.ToRecord().Item!, wasLow: true);
            Apply(again, StockAdminCommand.Set(Given.Operation("b"), "sku-1", available, 1));
            Assert.Equal((isLow, isLow ?? true), (again.ToRecord().Event?.IsLow, again.ToRecord().IsAnnouncedLow));
        }
    }

    [Fact]
    public void What_a_silo_of_1_0_0_has_changed_is_recorded_and_announced_by_the_next_write()
    {
        var batch = new StockBatch(new(Item(4)) { Unrecorded = new(-3, 3), IsAnnouncedLow = false }, [], Given.Now);
        Assert.True(batch.HasChanges);
        Apply(batch, StockAdminCommand.Adjust(Given.Operation("a"), -1));

        var record = batch.ToRecord();

        Assert.Equal(
            [(StockMovementKind.Unrecorded, -3L, 3L), (StockMovementKind.Adjust, -1L, 0L)],
            record.Movements.Select(movement => (movement.Kind, movement.AvailableDelta, movement.ReservedDelta)));
        Assert.True(record.Event!.IsLow);
    }

    private static StockItem Item(long available) => Given.Stock(available) with { Version = 7, LowStockThreshold = 5 };

    private static StockBatch Batch(StockItem item, bool wasLow) => new(new(item) { IsAnnouncedLow = wasLow }, [], Given.Now);

    private static void Apply(StockBatch batch, StockCommand command) => command.ApplyTo(batch, Given.Now);
}
