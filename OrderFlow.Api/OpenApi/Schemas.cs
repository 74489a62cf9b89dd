using Microsoft.OpenApi;
using OrderFlow.Api.Health;
using OrderFlow.Api.Inventory;
using OrderFlow.Api.Lists;
using OrderFlow.Api.Notifications;

namespace OrderFlow.Api.OpenApi;

/// <summary>Completes the schemas of bodies: names, required members, and bounds. Descriptions come from the XML comments of the types.</summary>
internal static class Schemas
{
    /// <summary>The schemas of request bodies.</summary>
    private static readonly string[] Requests =
    [
        "PlaceOrder", "PlaceOrderLine", "PlaceOrderContact", "ChangeStatus", "ChangeStatusTracking", "SetStock", "Restock", "AdjustStock", "ChangeStockSettings", "ImportStock",
        "ImportStockRow", "DeadLetterFilter",
    ];

    /// <summary>The members of request bodies that may be absent or null.</summary>
    private static readonly string[] OptionalMembers =
    [
        "PlaceOrder.totalAmount", "PlaceOrder.reserveFor", "PlaceOrder.contact", "PlaceOrderContact.email", "PlaceOrderContact.locale", "ChangeStatus.cancelReason", "ChangeStatus.tracking", "ChangeStatusTracking.url",
        "SetStock.lowStockThreshold", "ChangeStockSettings.lowStockThreshold", "ImportStockRow.lowStockThreshold",
        "DeadLetterFilter.reason", "DeadLetterFilter.eventType", "DeadLetterFilter.before",
    ];

    /// <summary>The lists that are not always counted.</summary>
    private static readonly string[] NotAlwaysCounted = ["OrderPage", "StockItemPage"];

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
        ["ChangeStatus.cancelReason"] = Bounds.CancelReason,
        ["PlaceOrder.reserveFor"] = Bounds.ReserveFor,
        ["email"] = Bounds.Email,
        ["locale"] = Bounds.Locale,
        ["carrier"] = Bounds.Tracking,
        ["number"] = Bounds.Tracking,
        ["ChangeStatusTracking.carrier"] = Bounds.RequestTracking,
        ["ChangeStatusTracking.number"] = Bounds.RequestTracking,
        ["url"] = Bounds.TrackingUrl,
        ["version"] = Bounds.Min(1),
        ["SetStock.availableQuantity"] = Bounds.Range(0, Limits.AvailableQuantity),
        ["ImportStockRow.availableQuantity"] = Bounds.Range(0, Limits.AvailableQuantity),
        ["lowStockThreshold"] = Bounds.Range(0, Limits.AvailableQuantity),
        ["delta"] = Bounds.Delta,
        ["AdjustStock.reason"] = Bounds.RequestStockReason,
        ["ImportStock.items"] = schema => (schema.MinItems, schema.MaxItems) = (1, Limits.ImportedProducts),
        ["ImportedStock.items"] = schema => schema.MaxItems = Limits.ImportedProducts,
        ["ImportedStockRow.status"] = Bounds.ImportStatus,
        ["kind"] = Bounds.MovementKind,
        ["availableDelta"] = Bounds.Signed,
        ["reservedDelta"] = Bounds.Signed,
        ["StockMovement.reason"] = Bounds.StockReason,
        ["unitPrice"] = Bounds.Money(Limits.UnitPrice),
        ["jobId"] = Bounds.JobId,
        ["state"] = Bounds.State,
        ["DeadLetterFilter.reason"] = schema => (schema.MinLength, schema.MaxLength) = (1, DeadLetterFilterRequest.MaxReasonLength),
        ["DeadLetterFilter.eventType"] = Bounds.NotifiableEvent,
        ["DeadLetterFilter.before"] = schema => schema.Format = "date-time",
        ["total"] = Bounds.Min(0),
        ["page"] = Bounds.Min(1),
        ["limit"] = Bounds.Range(1, Limits.PageSize),
        ["nextCursor"] = Bounds.Cursor(Cursor.DefaultMaxLength),
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

        foreach (var (name, schema) in schemas)
            if (name.EndsWith("Page", StringComparison.Ordinal) && !NotAlwaysCounted.Contains(name)) schema.Required!.Add("total");

        // A history is one page.
        var history = (OpenApiSchema)schemas["OrderTransitionPage"];
        history.Properties!.Remove("nextCursor");
        history.Required!.Add("page");

        // Movements have only cursors, and are never counted.
        var movements = (OpenApiSchema)schemas["StockMovementPage"];
        foreach (var member in new[] { "page", "total" })
        {
            movements.Properties!.Remove(member);
            movements.Required!.Remove(member);
        }

        // By their type elements can be null; the validation rejects that.
        ((OpenApiSchema)schemas["PlaceOrder"].Properties!["items"]).Items = new OpenApiSchemaReference("PlaceOrderLine", document);
        ((OpenApiSchema)schemas["ImportStock"].Properties!["items"]).Items = new OpenApiSchemaReference("ImportStockRow", document);
    }

    /// <remarks>
    /// Members of requests are nullable only so that a missing one can be named: all are required except <see cref="OptionalMembers"/>. Nullable members of
    /// responses are absent instead of null.
    /// </remarks>
    private static void Complete(string name, OpenApiSchema schema)
    {
        var isRequest = Requests.Contains(name);
        if (isRequest) schema.AdditionalPropertiesAllowed = false;
        schema.Required = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (member, declared) in schema.Properties!.ToList())
        {
            var named = declared.OneOf?.OfType<OpenApiSchemaReference>().SingleOrDefault();   // of a nullable member that is an object
            var isOptional = isRequest ? OptionalMembers.Contains($"{name}.{member}") : named is not null || declared.Type?.HasFlag(JsonSchemaType.Null) == true;
            if (!isOptional) schema.Required.Add(member);
            if (named is not null)
            {
                schema.Properties![member] = named;
                continue;
            }

            var value = (OpenApiSchema)declared;
            if ((Members.GetValueOrDefault($"{name}.{member}") ?? Members.GetValueOrDefault(member)) is { } bound) bound(value);
            else if (value.Type == JsonSchemaType.Integer) Bounds.Min(0)(value);
            if (!isRequest || !isOptional) value.Type &= ~JsonSchemaType.Null;
        }
    }
}
