namespace OrderFlow.Orders;

/// <summary>The names of statuses as they stand in requests, in events and in the database.</summary>
public static class OrderStatusNames
{
    /// <summary>The status's name, in lower case.</summary>
    public static string ToWireName(this OrderStatus status) => status switch
    {
        OrderStatus.Pending => "pending",
        OrderStatus.Reserved => "reserved",
        OrderStatus.Failed => "failed",
        OrderStatus.Cancelled => "cancelled",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "not a status"),
    };

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
