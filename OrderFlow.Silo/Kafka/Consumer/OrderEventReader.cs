using System.Collections.Immutable;
using System.Text.Json;
using OrderFlow.Notifications;
using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Orders;

namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>Reads what notifications need from a message's value. Ignores other members: events may grow.</summary>
internal static class OrderEventReader
{
    /// <summary>Reads a message. For one that can never be handled it returns the error in place of the notice.</summary>
    /// <param name="topic">The message's topic, which is its event's type.</param>
    /// <param name="value">The message's value.</param>
    /// <param name="type">The event's type by its headers, where they have one; a newer version may have types that this one does not know.</param>
    public static (OrderNotice? Notice, string? Error) Read(string topic, byte[]? value, string? type = null)
    {
        if (type is not null && type != topic) return (null, $"ce_type is {type}; the only event that this version knows in the topic is {topic}");
        if (value is null) return (null, "the value is empty");
        try
        {
            using var json = JsonDocument.Parse(value);
            return Read(topic, json.RootElement);
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException or FormatException)
        {
            return (null, $"the value is not the JSON of an event: {error.Message}");
        }
    }

    private static (OrderNotice? Notice, string? Error) Read(string topic, JsonElement json)
    {
        var orderId = Member(json, "orderId")?.GetInt64();
        var version = Member(json, "version")?.GetInt64();
        var userId = Member(json, "userId")?.GetString();
        var totalAmount = Member(json, "totalAmount")?.GetDecimal();
        var reason = Member(json, "reason")?.GetString();
        DateTimeOffset? occurredAt = Member(json, "occurredAt") is { ValueKind: JsonValueKind.String } time && time.TryGetDateTimeOffset(out var at) ? at : null;
        return orderId is null or < 1 ? (null, "orderId must be at least 1")
            : version is null or < 1 ? (null, "version must be at least 1")
            : totalAmount < 0 ? (null, "totalAmount must not be negative")
            : userId is null or "" or { Length: > Limits.UserIdLength } ? (null, $"userId must have 1 to {Limits.UserIdLength} characters")
            : (new OrderNotice(
                $"{orderId}-{version}", topic, orderId.Value, userId, totalAmount, reason, ReadTracking(Member(json, "tracking")), occurredAt, ReadItems(Member(json, "items"))), null);
    }

    /// <summary>Reads the order's lines, as many as an order can have; those that are none are left out.</summary>
    private static ImmutableArray<OrderLine> ReadItems(JsonElement? json) => json is not { ValueKind: JsonValueKind.Array } items ? default :
    [
        .. from item in items.EnumerateArray().Take(Limits.OrderLines)
           where item.ValueKind == JsonValueKind.Object
           let productId = Member(item, "productId") is { ValueKind: JsonValueKind.String } id ? id.GetString() : null
           let quantity = Member(item, "quantity") is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var units) ? units : (int?)null
           where productId is { Length: > 0 and <= Limits.ProductIdLength } && quantity > 0
           select new OrderLine(productId, quantity.Value),
    ];

    /// <summary>Reads the parcel; null where it is not one that an API accepts.</summary>
    private static Tracking? ReadTracking(JsonElement? json)
    {
        if (json is not { } tracking) return null;

        var (carrier, number, url) = (Member(tracking, "carrier")?.GetString(), Member(tracking, "number")?.GetString(), Member(tracking, "url")?.GetString());
        return (TrackingRules.ValidateText(carrier) ?? TrackingRules.ValidateText(number) ?? TrackingRules.ValidateUrl(url)) is null ? new(carrier!, number!, url) : null;
    }

    private static JsonElement? Member(JsonElement json, string name) =>
        json.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null ? member : null;
}
