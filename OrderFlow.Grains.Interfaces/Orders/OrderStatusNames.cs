using System.Collections.Frozen;

namespace OrderFlow.Orders;

/// <summary>The names of statuses in requests, answers, events and the database.</summary>
public static class OrderStatusNames
{
    /// <summary>The statuses that this version stores.</summary>
    public static IReadOnlyList<OrderStatus> Known { get; } = [.. Enum.GetValues<OrderStatus>().Where(status => status != OrderStatus.Unknown)];

    private static readonly FrozenDictionary<string, OrderStatus> ByName = Known.ToFrozenDictionary(ToWireName, StringComparer.Ordinal);

    /// <summary>The status's name.</summary>
    /// <exception cref="ArgumentException">The status is <see cref="OrderStatus.Unknown"/>, which has no name but the stored one.</exception>
    public static string ToWireName(this OrderStatus status) => status switch
    {
        OrderStatus.Pending => "pending",
        OrderStatus.Reserved => "reserved",
        OrderStatus.Failed => "failed",
        OrderStatus.Cancelled => "cancelled",
        OrderStatus.Confirmed => "confirmed",
        OrderStatus.Fulfilled => "fulfilled",
        OrderStatus.Unknown => throw new ArgumentException("An unknown status has no name but the stored one.", nameof(status)),
    };

    /// <summary>The status that is stored under this name. One that this version does not know keeps its name.</summary>
    public static (OrderStatus Status, string? UnknownStatus) FromStored(string name) =>
        FromWireName(name) is { } status ? (status, null) : (OrderStatus.Unknown, name);

    /// <summary>The status with this name; null where there is none.</summary>
    public static OrderStatus? FromWireName(string name) => ByName.TryGetValue(name, out var status) ? status : null;
}
