namespace OrderFlow.Orders;

/// <summary>An order's status. Its name in JSON, events and the database: <see cref="OrderStatusNames"/>.</summary>
[GenerateSerializer, Alias("order-status")]
public enum OrderStatus
{
    /// <summary>Stored; its stock is still to be reserved.</summary>
    Pending,

    /// <summary>All its stock is reserved.</summary>
    Reserved,

    /// <summary>Stock was insufficient, a product unknown, or the price had changed. It holds no stock.</summary>
    Failed,

    /// <summary>Cancelled or deleted. It holds no stock.</summary>
    Cancelled,

    /// <summary>A status that a newer version has stored during an update. This version shows its stored name and never changes the order.</summary>
    Unknown,

    /// <summary>Paid for, or to be: its stock stays reserved and does not expire.</summary>
    Confirmed,

    /// <summary>Handed over: its units have left the stock.</summary>
    Fulfilled,
}
