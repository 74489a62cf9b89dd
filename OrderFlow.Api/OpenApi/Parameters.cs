using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using OrderFlow.Api.Lists;
using OrderFlow.Api.Live;
using OrderFlow.Api.Orders;

namespace OrderFlow.Api.OpenApi;

/// <summary>Describes the parameters in paths, queries and headers. A name means the same everywhere, unless it is listed with a path before it.</summary>
internal static class Parameters
{
    private static readonly Dictionary<string, Parameter> All = new()
    {
        ["id"] = new("The order's number.", JsonSchemaType.Integer, "int64", 42, Bounds.Min(1)),
        ["productId"] = new("The product. An id that does not exactly match a product means the one in Unicode normalization form C.", JsonSchemaType.String, null, Examples.ProductId, Bounds.ProductId),
        ["jobId"] = new("The notification: the id of its event, `{orderId}-{version}`.", JsonSchemaType.String, null, Examples.JobId, Bounds.JobId),
        ["status"] = new("Only orders with this status.", JsonSchemaType.String, null, "reserved", Bounds.Status),
        ["userId"] = new("Only this user's orders. A caller who is not an admin may only name themselves.", JsonSchemaType.String, null, Examples.UserId, Bounds.UserId),
        ["page"] = new("The page; the first is 1.", JsonSchemaType.Integer, "int32", 1, schema =>
        {
            Bounds.Range(1, int.MaxValue)(schema);
            schema.Default = 1;
        }),
        ["limit"] = new("The most items on the page.", JsonSchemaType.Integer, "int32", PageParameters.DefaultLimit, schema =>
        {
            Bounds.Range(1, Limits.PageSize)(schema);
            schema.Default = PageParameters.DefaultLimit;
        }),
        ["cursor"] = new("The position to continue from, instead of `page`: the `nextCursor` of a page of the same list.", JsonSchemaType.String, null, Examples.Cursor, Bounds.Cursor),
        ["inventory?cursor"] = new("The position to continue from, instead of `page`: the `nextCursor` of a page of the same list.", JsonSchemaType.String, null, Examples.Cursor, Bounds.StockCursor),
        [IdempotencyKey.Name] = new(
            "A text that the client chooses for one order: however often it is sent with the same body, there is one order and one response.",
            JsonSchemaType.String, null, "cart-17", Bounds.Visible(IdempotencyKey.MaxLength)),
        [PreferredWait.Header] = new(
            $"`wait=N` makes the response wait for the outcome for up to N seconds, at most {PreferredWait.MaxWait.TotalSeconds} (RFC 7240).",
            JsonSchemaType.String, null, "wait=5", _ => { }),
        [LastEventId.Name] = new(
            "The `id` of the last event that a reconnecting client has seen: later changes come first.",
            JsonSchemaType.Integer, "int64", 1, Bounds.Min(0)),
        [HeaderNames.IfMatch] = new("The version of the order that the request is meant for: its `ETag` (RFC 9110).", JsonSchemaType.String, null, IfMatch.ToETag(2), _ => { }),
        [HeaderNames.IfNoneMatch] = new(
            "The version of the order that the client has: if it is the current one, the response is 304.", JsonSchemaType.String, null, IfMatch.ToETag(2), _ => { }),
    };

    /// <summary>A header that an operation accepts.</summary>
    public static OpenApiParameter Header(string name)
    {
        var parameter = new OpenApiParameter { Name = name, In = ParameterLocation.Header };
        Complete(parameter);
        return parameter;
    }

    /// <summary>Adds description and schema. The endpoints take most parameters as text, to report their errors themselves.</summary>
    public static void Complete(OpenApiParameter parameter, string? path = null)
    {
        if (parameter.Name is not { } name || (!All.TryGetValue($"{path}?{name}", out var known) && !All.TryGetValue(name, out known))) return;

        var schema = new OpenApiSchema { Type = known.Type, Format = known.Format };
        known.Bound(schema);
        parameter.Description = known.Description;
        parameter.Schema = schema;
        parameter.Example = known.Example.DeepClone();
    }

    private sealed record Parameter(string Description, JsonSchemaType Type, string? Format, JsonNode Example, Action<OpenApiSchema> Bound);
}
