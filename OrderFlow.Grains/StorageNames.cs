namespace OrderFlow;

/// <summary>The names of the grain storages that the silo provides.</summary>
internal static class StorageNames
{
    /// <summary>Orders and their events: <see cref="Orders.OrderRecord"/>.</summary>
    public const string Orders = "orders";

    /// <summary>Stock items and their reservations: <see cref="Inventory.StockRecord"/>.</summary>
    public const string Stock = "stock";

    /// <summary>Stream subscriptions. Orleans requires this name.</summary>
    public const string Subscriptions = "PubSubStore";
}
