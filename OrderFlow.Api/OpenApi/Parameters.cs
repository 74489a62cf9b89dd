using System.Text.Json.Nodes;
using Microsoft.Net.Http.Headers;
using Microsoft.OpenApi;
using OrderFlow.Api.Lists;
using OrderFlow.Api.Live;
using OrderFlow.Api.Orders;

namespace OrderFlow.Api.OpenApi;

/// <summary>The parameters in paths, queries and headers. Each means the same wherever it stands, unless it is here with the path before it.</summary>
internal static class Parameters
{
    private static readonly Dictionary<string, Parameter> All = new()
    {
        ["id"] = new("The order's number.", JsonSchemaType.Integer, "int64", 42, Bounds.From(1)),
        ["productId"] = new("The product; an id that is no product's exactly means the one in Unicode normalization form C.", JsonSchemaType.String, null, Examples.ProductId, Bounds.ProductId),
        ["jobId"] = new("The notification: the id of the event it tells of, `{orderId}-{version}`.", JsonSchemaType.String, null, Examples.JobId, Bounds.JobId),
        ["status"] = new("Only orders of this status.", JsonSchemaType.String, null, "reserved", Bounds.Status),
        ["userId"] = new("Only this user's orders; who is no admin may only name oneself.", JsonSchemaType.String, null, Examples.UserId, Bounds.UserId),
        ["page"] = new("The page; the first is 1.", JsonSchemaType.Integer, "int32", 1, schema =>
        {
            Bounds.Between(1, int.MaxValue)(schema);
            schema.Default = 1;
        }),
        ["limit"] = new("How many a page may hold.", JsonSchemaType.Integer, "int32", PageParameters.DefaultLimit, schema =>
        {
            Bounds.Between(1, Limits.PageSize)(schema);
            schema.Default = PageParameters.DefaultLimit;
        }),
        ["cursor"] = new("Where to go on, in place of `page`: the `nextCursor` of a page of the same list.", JsonSchemaType.String, null, Examples.Cursor, Bounds.Cursor),
        ["inventory?cursor"] = new("Where to go on, in place of `page`: the `nextCursor` of a page of the same list.", JsonSchemaType.String, null, Examples.Cursor, Bounds.StockCursor),
        [IdempotencyKey.Header] = new(
            "A text of the client's making, for one order: however often it is sent with the same body, there is one order, and one answer.",
            JsonSchemaType.String, null, "cart-17", Bounds.Visible(IdempotencyKey.MaxLength)),
        [PreferredWait.Header] = new(
            $"`wait=N` has the answer wait for the outcome, for up to N seconds, {PreferredWait.MaxWait.TotalSeconds} at most (RFC 7240).",
            JsonSchemaType.String, null, "wait=5", _ => { }),
        [LastEventId.Header] = new(
            "The `id` of the last event that was seen, where the client was connected before: what happened since comes first.",
            JsonSchemaType.Integer, "int64", 1, Bounds.From(0)),
        [HeaderNames.IfMatch] = new("Which version of the order the request is meant for: its `ETag` (RFC 9110).", JsonSchemaType.String, null, IfMatch.ToETag(2), _ => { }),
        [HeaderNames.IfNoneMatch] = new(
            "Which version of the order the client has: where that is what there is, the answer is 304.", JsonSchemaType.String, null, IfMatch.ToETag(2), _ => { }),
    };

    /// <summary>A header that an operation takes.</summary>
    public static OpenApiParameter Header(string name)
    {
        var parameter = new OpenApiParameter { Name = name, In = ParameterLocation.Header };
        Complete(parameter);
        return parameter;
    }

    /// <summary>Says what a parameter means and what it may be. The endpoints take most of them as text, to be able to name what is wrong with them.</summary>
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
