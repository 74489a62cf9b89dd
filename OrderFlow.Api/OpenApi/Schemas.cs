using Microsoft.OpenApi;
using OrderFlow.Api.Health;
using OrderFlow.Api.Inventory;
using OrderFlow.Api.Orders;

namespace OrderFlow.Api.OpenApi;

/// <summary>Completes the schemas of bodies: names, required members, and bounds. Descriptions come from the XML comments of the types.</summary>
internal static class Schemas
{
    /// <summary>The schemas of request bodies.</summary>
    private static readonly string[] Requests = ["PlaceOrder", "PlaceOrderLine", "ChangeStatus", "SetStock", "Restock"];

    /// <summary>The bounds of members. A name means the same everywhere, unless it is listed with a schema before it; other integers are counts.</summary>
    private static readonly Dictionary<string, Action<OpenApiSchema>> Members = new()
    {
        ["id"] = Bounds.Min(1),
        ["orderId"] = Bounds.Min(1),
        ["userId"] = Bounds.UserId,
        ["PlaceOrder.userId"] = Bounds.RequestUserId,
        ["items"] = schema => schema.MaxItems = Limits.PageSize,
        ["Order.items"] = schema => schema.MaxItems = Limits.OrderLines,
        ["PlaceOrder.items"] = schema => (schema.MinItems, schema.MaxItems) = (1, Limits.OrderLines),
        ["productId"] = Bounds.ProductId,
        ["quantity"] = Bounds.Range(1, Limits.Quantity),
        ["totalAmount"] = Bounds.Money(Limits.TotalAmount),
        ["status"] = Bounds.ResponseStatus,
        ["ChangeStatus.status"] = Bounds.Status,
        ["Health.status"] = Bounds.Only(HealthResponse.Ok.Status),
        ["version"] = Bounds.Min(1),
        ["SetStock.availableQuantity"] = Bounds.Range(0, Limits.AvailableQuantity),
        ["unitPrice"] = Bounds.Money(Limits.UnitPrice),
        ["jobId"] = Bounds.JobId,
        ["state"] = Bounds.State,
        ["page"] = Bounds.Min(1),
        ["limit"] = Bounds.Range(1, Limits.PageSize),
        ["nextCursor"] = Bounds.Cursor(OrderCursor.MaxLength),
        ["StockItemPage.nextCursor"] = Bounds.Cursor(StockCursor.MaxLength),
    };

    /// <summary>The name of a type's schema: that of the type without its ending; a page is named after its items.</summary>
    public static string NameOf(Type type) => type.IsGenericType
        ? $"{NameOf(type.GenericTypeArguments[0])}Page"
        : type.Name.Replace("Request", "", StringComparison.Ordinal).Replace("Response", "", StringComparison.Ordinal);

    /// <summary>Completes every schema of a document.</summary>
    public static void Complete(OpenApiDocument document)
    {
        var schemas = document.Components!.Schemas!;
        foreach (var (name, schema) in schemas) Complete(name, (OpenApiSchema)schema);

        // This list has no cursors.
        var notifications = (OpenApiSchema)schemas["NotificationPage"];
        notifications.Properties!.Remove("nextCursor");
        notifications.Required!.Add("page");

        // By their type elements can be null; the validation rejects that.
        ((OpenApiSchema)schemas["PlaceOrder"].Properties!["items"]).Items = new OpenApiSchemaReference("PlaceOrderLine", document);
    }

    /// <remarks>
    /// Members of requests are nullable only so that a missing one can be named: all are required except one, which may also be null. Nullable members of
    /// responses are absent instead of null.
    /// </remarks>
    private static void Complete(string name, OpenApiSchema schema)
    {
        var isRequest = Requests.Contains(name);
        if (isRequest) schema.AdditionalPropertiesAllowed = false;
        schema.Required = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (member, value) in schema.Properties!.Select(property => (property.Key, (OpenApiSchema)property.Value)))
        {
            if ((Members.GetValueOrDefault($"{name}.{member}") ?? Members.GetValueOrDefault(member)) is { } bound) bound(value);
            else if (value.Type == JsonSchemaType.Integer) Bounds.Min(0)(value);

            if ($"{name}.{member}" == "PlaceOrder.totalAmount") continue;
            if (isRequest || value.Type?.HasFlag(JsonSchemaType.Null) != true) schema.Required.Add(member);
            value.Type &= ~JsonSchemaType.Null;
        }
    }
}
