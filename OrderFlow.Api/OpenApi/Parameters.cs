using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using OrderFlow.Api.Http;
using OrderFlow.Api.Inventory;
using OrderFlow.Api.Lists;
using OrderFlow.Api.Live;
using OrderFlow.Api.Orders;

namespace OrderFlow.Api.OpenApi;

/// <summary>Describes parameters in paths, queries and headers, and the headers of responses.</summary>
internal static class Parameters
{
    private const string Position = "The position to continue from, instead of `page`: the `nextCursor` of a page of the same list.";
    private const string TimeFormat = "(RFC 3339; a `+` is sent as `%2B`)";
    private const string Change = "change";
    private const string Movements = "inventory/{productId}/movements";

    /// <summary>A name means the same everywhere, unless it is listed with a path before it, or <see cref="Change"/> for headers.</summary>
    private static readonly Dictionary<string, Parameter> All = new()
    {
        ["id"] = new("The order's number.", 42, Bounds.Min(1), "int64"),
        ["productId"] = new(
            "The product. An id that does not exactly match a product means the one in Unicode normalization form C.", Examples.ProductId, Bounds.ProductId),
        ["jobId"] = new("The notification: the id of its event, `{orderId}-{version}`.", Examples.JobId, Bounds.JobId),
        ["status"] = new("Only orders with one of these statuses.", new JsonArray("reserved", "pending"), Bounds.StatusList),
        ["orders?createdFrom"] = new($"Only orders created at this time or later {TimeFormat}.", Examples.From, Format: "date-time"),
        ["orders?createdTo"] = new("Only orders created before this time.", Examples.To, Format: "date-time"),
        ["orders?productId"] = new(
            "Only orders with a line of this product. An id that does not exactly match a product means the one in Unicode normalization form C.",
            Examples.ProductId, Bounds.ProductId),
        ["userId"] = new("Only this user's orders. Customers may only name themselves.", Examples.UserId, Bounds.UserId),
        ["customers/{userId}/contact?userId"] = new("The customer.", Examples.UserId, Bounds.UserId),
        ["page"] = new("The page; the first is 1.", 1, Bounds.Range(1, int.MaxValue), "int32", Default: 1),
        ["limit"] = new("The most items on the page.", PageParameters.DefaultLimit, Bounds.Range(1, Limits.PageSize), "int32", PageParameters.DefaultLimit),
        ["cursor"] = new(Position, Examples.Cursor, Bounds.Cursor(Cursor.DefaultMaxLength)),
        ["inventory?cursor"] = new(Position, Examples.StockItemCursor, Bounds.Cursor(StockCursor.MaxLength)),
        ["inventory?q"] = new(
            "Only products whose id begins with this. It is normalized to Unicode normalization form C as ids are.", "sku-", Bounds.ProductId),
        ["inventory?low"] = new("`true` for only products that are low: no more units are available than their `lowStockThreshold`.", true),
        [$"{Movements}?cursor"] = new(
            "The position to continue from: the `nextCursor` of a page of the same list.", Examples.MovementCursor, Bounds.Cursor(Cursor.DefaultMaxLength)),
        [$"{Movements}?kind"] = new("Only movements of one of these kinds.", new JsonArray("adjust", "restock"), Bounds.MovementKindList),
        [$"{Movements}?from"] = new($"Only movements at this time or later {TimeFormat}.", Examples.From, Format: "date-time"),
        [$"{Movements}?to"] = new("Only movements before this time.", Examples.To, Format: "date-time"),
        [IdempotencyKey.Name] = new(
            "A text that the client chooses for one request: however often it is sent with the same body, it is carried out once, and answered as the first time.",
            "cart-17", Bounds.Visible(IdempotencyKey.MaxLength)),
        [PreferredWait.Header] = new(
            $"`wait=N` makes the response wait for the outcome for up to N seconds, at most {PreferredWait.MaxWait.TotalSeconds} (RFC 7240).", "wait=5"),
        [LastEventId.Name] = new(
            "The `id` of the last event that a reconnecting client has seen: later changes come first.", 1, Bounds.Min(0), "int64"),
        [HeaderNames.IfMatch] = new("The version that the request is meant for: the `ETag` of a response. `*` for any (RFC 9110).", IfMatch.ToETag(2)),
        [HeaderNames.IfNoneMatch] = new("The version that the client has: if it is the current one, the response is 304.", IfMatch.ToETag(2)),
        [$"{Change}?{HeaderNames.IfNoneMatch}"] = new("`*` requires that there is no such product.", "*", Bounds.Only("*")),
    };

    /// <summary>A header that an operation accepts.</summary>
    public static OpenApiParameter Header(string name, bool isRead)
    {
        var parameter = new OpenApiParameter { Name = name, In = ParameterLocation.Header };
        Complete(parameter, isRead ? null : Change);
        return parameter;
    }

    /// <summary>Adds description and schema. The endpoints take most parameters as text, to report their errors themselves.</summary>
    public static void Complete(OpenApiParameter parameter, string? path = null)
    {
        if (parameter.Name is not { } name || (!All.TryGetValue($"{path}?{name}", out var known) && !All.TryGetValue(name, out known))) return;

        var schema = new OpenApiSchema { Type = TypeOf(known.Example), Format = known.Format, Default = known.Default?.DeepClone() };
        known.Bound?.Invoke(schema);
        parameter.Description = known.Description;
        parameter.Schema = schema;
        parameter.Example = known.Example.DeepClone();
        if (schema.Type == JsonSchemaType.Array) (parameter.Style, parameter.Explode) = (ParameterStyle.Form, false);   // with commas
    }

    /// <summary>A header of a response.</summary>
    public static OpenApiHeader ResponseHeader(string description, JsonNode example, bool isAlways) => new()
    {
        Description = description,
        Required = isAlways,
        Schema = new OpenApiSchema { Type = TypeOf(example) },
        Example = example,
    };

    private static JsonSchemaType TypeOf(JsonNode example) => example.GetValueKind() switch
    {
        JsonValueKind.Number => JsonSchemaType.Integer,
        JsonValueKind.Array => JsonSchemaType.Array,
        JsonValueKind.True or JsonValueKind.False => JsonSchemaType.Boolean,
        _ => JsonSchemaType.String,
    };

    private sealed record Parameter(string Description, JsonNode Example, Action<OpenApiSchema>? Bound = null, string? Format = null, JsonNode? Default = null);
}
