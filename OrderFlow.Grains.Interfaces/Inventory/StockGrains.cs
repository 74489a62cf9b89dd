namespace OrderFlow.Inventory;

/// <summary>Commands of stock items, sent in the interface that knows all of them. See <see cref="Orders.OrderGrains"/>.</summary>
public static class StockGrains
{
    /// <summary>Sends a command to a product's stock. Unsupported, with nothing done, where its silo does not know it, or no silo does.</summary>
    public static async Task<StockResult> Execute(this IGrainFactory grains, string productId, Func<IStockAdminGrain, Task<StockResult>> command)
    {
        IStockAdminGrain stock;
        try
        {
            stock = grains.GetGrain<IStockAdminGrain>(productId);
        }
        catch (ArgumentException)
        {
            return new(Outcome.Unsupported);   // no silo has it
        }

        try
        {
            return await command(stock);
        }
        catch (TypeLoadException)
        {
            return new(Outcome.Unsupported);
        }
    }
}
