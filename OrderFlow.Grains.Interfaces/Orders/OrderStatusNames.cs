namespace OrderFlow.Orders;

/// <summary>The names of statuses as they stand in requests, in events and in the database.</summary>
public static class OrderStatusNames
{
    /// <summary>The statuses that an order of this version can have.</summary>
    public static IReadOnlyList<OrderStatus> Known { get; } = [OrderStatus.Pending, OrderStatus.Reserved, OrderStatus.Failed, OrderStatus.Cancelled];

    /// <summary>The status's name, in lower case.</summary>
    public static string ToWireName(this OrderStatus status) => status switch
    {
        OrderStatus.Pending => "pending",
        OrderStatus.Reserved => "reserved",
        OrderStatus.Failed => "failed",
        OrderStatus.Cancelled => "cancelled",
        OrderStatus.Unknown => throw new ArgumentException("a status that this version does not know has no name but the stored one", nameof(status)),
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "not a status"),
    };

    /// <summary>The status that is stored under this name. One that this version does not know keeps its name.</summary>
    public static (OrderStatus Status, string? UnknownStatus) FromStored(string name) =>
        FromWireName(name) is { } status ? (status, null) : (OrderStatus.Unknown, name);

    /// <summary>The status with this name, or null where there is none.</summary>
    public static OrderStatus? FromWireName(string name) => name switch
    {
        "pending" => OrderStatus.Pending,
        "reserved" => OrderStatus.Reserved,
        "failed" => OrderStatus.Failed,
        "cancelled" => OrderStatus.Cancelled,
        _ => null,
    };
}
