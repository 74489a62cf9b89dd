using System.Text.Json.Serialization;

namespace OrderFlow.Orders;

/// <summary>Where an order stands. On the wire, in events and in the database it is the name in lower case.</summary>
[GenerateSerializer, Alias("order-status")]
[JsonConverter(typeof(JsonStringEnumConverter<OrderStatus>))]
public enum OrderStatus
{
    /// <summary>Accepted and stored; stock is still to be reserved.</summary>
    [JsonStringEnumMemberName("pending")]
    Pending,

    /// <summary>Every line's stock is held for the order.</summary>
    [JsonStringEnumMemberName("reserved")]
    Reserved,

    /// <summary>Stock was short, a product unknown, or the agreed price no longer held. It holds no stock.</summary>
    [JsonStringEnumMemberName("failed")]
    Failed,

    /// <summary>Given up by its owner or an admin. It holds no stock.</summary>
    [JsonStringEnumMemberName("cancelled")]
    Cancelled,

    /// <summary>
    /// A status of a newer version, met while the cluster is updated. Never stored: its name is kept beside it, to be shown, and nothing is done with the order.
    /// </summary>
    [JsonStringEnumMemberName("unknown")]
    Unknown,
}
