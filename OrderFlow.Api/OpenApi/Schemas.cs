using Microsoft.OpenApi;
using OrderFlow.Api.Health;
using OrderFlow.Api.Http;
using OrderFlow.Api.Inventory;
using OrderFlow.Api.Lists;
using OrderFlow.Api.Live;
using OrderFlow.Api.Notifications;
using OrderFlow.Api.Orders;
using OrderFlow.Orders;

namespace OrderFlow.Api.OpenApi;

/// <summary>Completes the schemas of bodies: names, required members, and bounds. Descriptions come from the XML comments of the types.</summary>
internal static class Schemas
{
    private static readonly Dictionary<Type, string> Names = new()
    {
        [typeof(PlaceOrderRequest)] = "PlaceOrder",
        [typeof(OrderLineRequest)] = "PlaceOrderLine",
        [typeof(ChangeStatusRequest)] = "ChangeStatus",
        [typeof(SetStockRequest)] = "SetStock",
        [typeof(RestockRequest)] = "Restock",
        [typeof(OrderResponse)] = "Order",
        [typeof(OrderLine)] = "OrderLine",
        [typeof(PageResponse<OrderResponse>)] = "OrderPage",
        [typeof(OrderChangeResponse)] = "OrderChange",
        [typeof(StockItemResponse)] = "StockItem",
        [typeof(PageResponse<StockItemResponse>)] = "StockItemPage",
        [typeof(NotificationResponse)] = "Notification",
        [typeof(PageResponse<NotificationResponse>)] = "NotificationPage",
        [typeof(DeadLetterResponse)] = "DeadLetter",
        [typeof(PageResponse<DeadLetterResponse>)] = "DeadLetterPage",
        [typeof(StatsResponse)] = "NotificationStats",
        [typeof(MessageResponse)] = "Message",
        [typeof(HealthResponse)] = "Health",
    };

    /// <summary>The schemas of request bodies.</summary>
    private static readonly Type[] Requests =
        [typeof(PlaceOrderRequest), typeof(OrderLineRequest), typeof(ChangeStatusRequest), typeof(SetStockRequest), typeof(RestockRequest)];

    /// <summary>The bounds of members.</summary>
    private static readonly (Type Type, string Member, Action<OpenApiSchema> Bound)[] Members =
    [
        (typeof(PlaceOrderRequest), "userId", Bounds.NewUserId),
        (typeof(PlaceOrderRequest), "items", Lines),
        (typeof(PlaceOrderRequest), "totalAmount", Bounds.Money(Limits.TotalAmount)),
        (typeof(OrderLineRequest), "productId", Bounds.ProductId),
        (typeof(OrderLineRequest), "quantity", Bounds.Range(1, Limits.Quantity)),
        (typeof(ChangeStatusRequest), "status", Bounds.Status),
        (typeof(SetStockRequest), "availableQuantity", Bounds.Range(0, Limits.AvailableQuantity)),
        (typeof(SetStockRequest), "unitPrice", Bounds.Money(Limits.UnitPrice)),
        (typeof(RestockRequest), "quantity", Bounds.Range(1, Limits.Quantity)),

        (typeof(OrderResponse), "id", Bounds.Min(1)),
        (typeof(OrderResponse), "userId", Bounds.UserId),
        (typeof(OrderResponse), "items", schema => schema.MaxItems = Limits.OrderLines),
        (typeof(OrderResponse), "status", Bounds.ShownStatus),
        (typeof(OrderResponse), "totalAmount", Bounds.Money(Limits.TotalAmount)),
        (typeof(OrderLine), "productId", Bounds.ProductId),
        (typeof(OrderLine), "quantity", Bounds.Range(1, Limits.Quantity)),

        (typeof(OrderChangeResponse), "orderId", Bounds.Min(1)),
        (typeof(OrderChangeResponse), "status", Bounds.ShownStatus),
        (typeof(OrderChangeResponse), "version", Bounds.Min(1)),

        (typeof(StockItemResponse), "productId", Bounds.ProductId),
        (typeof(StockItemResponse), "availableQuantity", Bounds.Min(0)),
        (typeof(StockItemResponse), "reservedQuantity", Bounds.Min(0)),
        (typeof(StockItemResponse), "unitPrice", Bounds.Money(Limits.UnitPrice)),

        (typeof(NotificationResponse), "jobId", Bounds.JobId),
        (typeof(NotificationResponse), "state", Bounds.State),
        (typeof(NotificationResponse), "attempts", Bounds.Min(0)),
        (typeof(DeadLetterResponse), "jobId", Bounds.JobId),
        (typeof(DeadLetterResponse), "orderId", Bounds.Min(1)),
        (typeof(DeadLetterResponse), "userId", Bounds.UserId),
        (typeof(DeadLetterResponse), "attempts", Bounds.Min(0)),
        .. new[] { "waiting", "active", "delayed", "processed", "failed", "deadLettered", "deadLetters" }
            .Select(count => (typeof(StatsResponse), count, Bounds.Min(0))),

        (typeof(HealthResponse), "status", Bounds.Only(HealthResponse.Ok.Status)),
    ];

    /// <summary>The name of a type's schema; null for a type that is not part of a body.</summary>
    public static string? NameOf(Type type) => Names.GetValueOrDefault(type);

    /// <summary>Completes every schema of a document.</summary>
    public static void Complete(OpenApiDocument document)
    {
        foreach (var type in Names.Keys)
            RequireMembers(SchemaOf(document, type), optional: type == typeof(PlaceOrderRequest) ? "totalAmount" : null, Requests.Contains(type));
        foreach (var (type, member, bound) in Members) bound((OpenApiSchema)SchemaOf(document, type).Properties![member]);
        foreach (var type in Requests) SchemaOf(document, type).AdditionalPropertiesAllowed = false;
        foreach (var (type, name) in Names.Where(each => each.Value.EndsWith("Page", StringComparison.Ordinal)))
            BoundPage((OpenApiSchema)document.Components!.Schemas![name], CursorsOf(type));

        // By their type elements can be null; the validation rejects that.
        var lines = (OpenApiSchema)SchemaOf(document, typeof(PlaceOrderRequest)).Properties!["items"];
        lines.Items = new OpenApiSchemaReference(Names[typeof(OrderLineRequest)], document);
    }

    private static OpenApiSchema SchemaOf(OpenApiDocument document, Type type) => (OpenApiSchema)document.Components!.Schemas![Names[type]];

    /// <summary>
    /// Marks members as required. Those of requests are nullable only so that a missing one can be named: all are required except <paramref name="optional"/>,
    /// which may also be null. Nullable members of responses are absent instead of null.
    /// </summary>
    private static void RequireMembers(OpenApiSchema schema, string? optional, bool isRequest)
    {
        var required = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (name, member) in schema.Properties!)
        {
            if (member is not OpenApiSchema { Type: { } type } value)
            {
                required.Add(name);
                continue;
            }

            var canBeNull = type.HasFlag(JsonSchemaType.Null);
            if (name == optional) continue;
            if (isRequest || !canBeNull) required.Add(name);
            value.Type = type & ~JsonSchemaType.Null;
        }

        schema.Required = required;
    }

    private static void Lines(OpenApiSchema schema)
    {
        schema.MinItems = 1;
        schema.MaxItems = Limits.OrderLines;
    }

    /// <summary>The bound of a list's cursors; null if it has none.</summary>
    private static Action<OpenApiSchema>? CursorsOf(Type page) =>
        page == typeof(PageResponse<NotificationResponse>) ? null : page == typeof(PageResponse<StockItemResponse>) ? Bounds.StockCursor : Bounds.Cursor;

    private static void BoundPage(OpenApiSchema page, Action<OpenApiSchema>? cursor)
    {
        Bounds.Min(0)((OpenApiSchema)page.Properties!["total"]);
        Bounds.Min(1)((OpenApiSchema)page.Properties["page"]);
        if (cursor is not null)
        {
            cursor((OpenApiSchema)page.Properties["nextCursor"]);
        }
        else
        {
            page.Properties.Remove("nextCursor");
            page.Required!.Add("page");
        }

        Bounds.Range(1, Limits.PageSize)((OpenApiSchema)page.Properties["limit"]);
        ((OpenApiSchema)page.Properties["items"]).MaxItems = Limits.PageSize;
    }
}
