using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

public sealed class StockLedgerSetAndRestock
{
    [Fact]
    public void Setting_creates_a_new_product()
    {
        var created = Given.Stock(100) with { UpdatedAt = Given.Now, Version = 0 };

        Assert.Equal(new(new StockResult(Outcome.Ok, created), created), StockLedger.Set(item: null, "sku-1", 100, 9.99m, lowStockThreshold: null, Given.Now));
    }

    [Fact]
    public void Setting_replaces_available_units_and_price_and_leaves_reserved_units()
    {
        var set = Given.Stock(0, reserved: 8, price: 12.50m) with { UpdatedAt = Given.Now, SettingsVersion = 2 };

        Assert.Equal(new(new StockResult(Outcome.Ok, set), set), StockLedger.Set(Given.Stock(7, reserved: 8), "sku-1", 0, 12.50m, lowStockThreshold: null, Given.Now));
    }

    [Fact]
    public void Restocking_raises_available_units_and_nothing_else()
    {
        var added = Given.Stock(12, reserved: 8) with { UpdatedAt = Given.Now };

        Assert.Equal(new(new StockResult(Outcome.Ok, added), added), StockLedger.Add(Given.Stock(7, reserved: 8), 5, Given.Now));
    }

    [Fact]
    public void Restocking_up_to_the_limit_is_allowed() =>
        Assert.Equal(1_000_000_000, StockLedger.Add(Given.Stock(999_999_995), 5, Given.Now).Item!.AvailableQuantity);

    [Fact]
    public void Restocking_beyond_the_limit_is_refused_and_changes_nothing()
    {
        var item = Given.Stock(999_999_996, reserved: 8);

        Assert.Equal(
            new(new StockResult(Outcome.Conflict, item, "sku-1 has 999999996 units; 5 more would exceed the limit of 1000000000")),
            StockLedger.Add(item, 5, Given.Now));
    }

    [Fact]
    public void Restocking_an_unknown_product_is_refused() =>
        Assert.Equal(new(new StockResult(Outcome.NotFound)), StockLedger.Add(item: null, 5, Given.Now));
}
