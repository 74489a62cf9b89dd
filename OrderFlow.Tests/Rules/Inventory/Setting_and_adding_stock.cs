using OrderFlow.Inventory;

namespace OrderFlow.Tests.Rules.Inventory;

public sealed class Setting_and_adding_stock
{
    [Fact]
    public void Setting_creates_a_product_that_is_not_there()
    {
        var created = Given.Stock(100) with { UpdatedAt = Given.Now };

        Assert.Equal(new(new StockResult(Outcome.Ok, created), created), StockLedger.Set(item: null, "sku-1", 100, 9.99m, Given.Now));
    }

    [Fact]
    public void Setting_replaces_what_is_available_and_the_price_and_leaves_what_is_held()
    {
        var set = Given.Stock(0, reserved: 8, price: 12.50m) with { UpdatedAt = Given.Now };

        Assert.Equal(new(new StockResult(Outcome.Ok, set), set), StockLedger.Set(Given.Stock(7, reserved: 8), "sku-1", 0, 12.50m, Given.Now));
    }

    [Fact]
    public void Adding_raises_what_is_available_and_nothing_else()
    {
        var added = Given.Stock(12, reserved: 8) with { UpdatedAt = Given.Now };

        Assert.Equal(new(new StockResult(Outcome.Ok, added), added), StockLedger.Restock(Given.Stock(7, reserved: 8), 5, Given.Now));
    }

    [Fact]
    public void Adding_up_to_the_limit_is_allowed() =>
        Assert.Equal(1_000_000_000, StockLedger.Restock(Given.Stock(999_999_995), 5, Given.Now).Item!.AvailableQuantity);

    [Fact]
    public void Adding_beyond_the_limit_is_refused_and_changes_nothing()
    {
        var item = Given.Stock(999_999_996, reserved: 8);

        Assert.Equal(
            new(new StockResult(Outcome.Conflict, item, "sku-1 has 999999996 pieces; with 5 more it would pass 1000000000")),
            StockLedger.Restock(item, 5, Given.Now));
    }

    [Fact]
    public void Adding_to_a_product_that_is_not_there_is_refused() =>
        Assert.Equal(new(new StockResult(Outcome.NotFound)), StockLedger.Restock(item: null, 5, Given.Now));
}
