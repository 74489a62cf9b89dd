using System.Text.Json;
using System.Text.Json.Serialization;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Kafka;

/// <summary>What the notifications read of an event's value. Members they do not need are passed over: events may grow.</summary>
internal sealed record OrderEventMessage(long? OrderId, string? UserId, long? Version, decimal? TotalAmount, string? Reason)
{
    /// <summary>Reads a message. One that can never be handled gives the reason in place of the notice.</summary>
    /// <param name="topic">Where it was.</param>
    /// <param name="value">Its value.</param>
    /// <param name="type">Its event's type, where its headers say; a newer version may have types that this one does not know.</param>
    public static (OrderNotice? Notice, string? Objection) Read(string topic, byte[]? value, string? type = null)
    {
        if (type is not null && type != topic) return (null, $"ce_type is {type}, and this version knows no event but {topic} in this topic");
        if (value is null) return (null, "the value is empty");
        try
        {
            var message = JsonSerializer.Deserialize(value, OrderEventMessageJson.Default.OrderEventMessage);
            return message?.Objection() is { } objection ? (null, objection)
                : message is null ? (null, "the value is null")
                : (message.ToNotice(topic), null);
        }
        catch (Exception error) when (error is JsonException or NotSupportedException or ArgumentException or InvalidOperationException or FormatException)
        {
            return (null, $"the value is not the JSON of an event: {error.Message}");
        }
    }

    private string? Objection() => this switch
    {
        { OrderId: null or < 1 } => "orderId is no order's number",
        { Version: null or < 1 } => "version is no order's version",
        { TotalAmount: < 0 } => "totalAmount is negative",
        { UserId: null or "" or { Length: > Limits.UserIdLength } } => $"userId must have 1 to {Limits.UserIdLength} characters",
        _ => null,
    };

    private OrderNotice ToNotice(string topic) => new($"{OrderId}-{Version}", topic, OrderId!.Value, UserId!, TotalAmount, Reason);
}

/// <summary>The JSON of <see cref="OrderEventMessage"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OrderEventMessage))]
internal sealed partial class OrderEventMessageJson : JsonSerializerContext;
