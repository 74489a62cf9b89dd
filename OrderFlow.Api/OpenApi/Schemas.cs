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

/// <summary>Completes the schemas of bodies: their names, which members must be there, and what values they may have.</summary>
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

    /// <summary>What schemas are to readers who do not know the program; the others have their description from their type.</summary>
    private static readonly Dictionary<Type, string> Descriptions = new()
    {
        [typeof(PlaceOrderRequest)] = "An order to place.",
        [typeof(OrderLineRequest)] = "One line of an order.",
        [typeof(OrderResponse)] = "An order.",
        [typeof(StockItemResponse)] = "A product's stock.",
        [typeof(NotificationResponse)] = "What a customer was told, or is to be told, of an order.",
        [typeof(DeadLetterResponse)] = "A notification that was given up.",
    };

    /// <summary>The schemas of request bodies.</summary>
    private static readonly Type[] Requests =
        [typeof(PlaceOrderRequest), typeof(OrderLineRequest), typeof(ChangeStatusRequest), typeof(SetStockRequest), typeof(RestockRequest)];

    /// <summary>What members may be.</summary>
    private static readonly (Type Type, string Member, Action<OpenApiSchema> Bound)[] Members =
    [
        (typeof(PlaceOrderRequest), "userId", Bounds.NewUserId),
        (typeof(PlaceOrderRequest), "items", Lines),
        (typeof(PlaceOrderRequest), "totalAmount", Bounds.Money(Limits.TotalAmount)),
        (typeof(OrderLineRequest), "productId", Bounds.ProductId),
        (typeof(OrderLineRequest), "quantity", Bounds.Between(1, Limits.Quantity)),
        (typeof(OrderLineRequest), "quantity", schema => schema.Description = "Pieces."),
        (typeof(ChangeStatusRequest), "status", Bounds.Status),
        (typeof(SetStockRequest), "availableQuantity", Bounds.Between(0, Limits.AvailableQuantity)),
        (typeof(SetStockRequest), "unitPrice", Bounds.Money(Limits.UnitPrice)),
        (typeof(RestockRequest), "quantity", Bounds.Between(1, Limits.Quantity)),
        (typeof(RestockRequest), "quantity", schema => schema.Description = "The pieces to add."),

        (typeof(OrderResponse), "id", Bounds.From(1)),
        (typeof(OrderResponse), "userId", Bounds.UserId),
        (typeof(OrderResponse), "items", ShownLines),
        (typeof(OrderResponse), "status", Bounds.ShownStatus),
        (typeof(OrderResponse), "totalAmount", Bounds.Money(Limits.TotalAmount)),
        (typeof(OrderLine), "productId", Bounds.ProductId),
        (typeof(OrderLine), "quantity", Bounds.Between(1, Limits.Quantity)),

        (typeof(OrderChangeResponse), "orderId", Bounds.From(1)),
        (typeof(OrderChangeResponse), "status", Bounds.ShownStatus),
        (typeof(OrderChangeResponse), "version", Bounds.From(1)),

        (typeof(StockItemResponse), "productId", Bounds.ProductId),
        (typeof(StockItemResponse), "availableQuantity", Bounds.From(0)),
        (typeof(StockItemResponse), "reservedQuantity", Bounds.From(0)),
        (typeof(StockItemResponse), "unitPrice", Bounds.Money(Limits.UnitPrice)),

        (typeof(NotificationResponse), "jobId", Bounds.JobId),
        (typeof(NotificationResponse), "state", Bounds.State),
        (typeof(NotificationResponse), "attempts", Bounds.From(0)),
        (typeof(DeadLetterResponse), "jobId", Bounds.JobId),
        (typeof(DeadLetterResponse), "orderId", Bounds.From(1)),
        (typeof(DeadLetterResponse), "userId", Bounds.UserId),
        (typeof(DeadLetterResponse), "attempts", Bounds.From(0)),
        .. new[] { "waiting", "active", "delayed", "processed", "failed", "deadLettered", "deadLetters" }
            .Select(count => (typeof(StatsResponse), count, Bounds.From(0))),

        (typeof(HealthResponse), "status", Bounds.Only(HealthResponse.Ok.Status)),
    ];

    /// <summary>The name of a type's schema; null for a type that is no body nor part of one.</summary>
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

        foreach (var (type, description) in Descriptions) SchemaOf(document, type).Description = description;

        // Elements of arrays can be null as far as the type tells; the check refuses them.
        var lines = (OpenApiSchema)SchemaOf(document, typeof(PlaceOrderRequest)).Properties!["items"];
        lines.Items = new OpenApiSchemaReference(Names[typeof(OrderLineRequest)], document);
    }

    private static OpenApiSchema SchemaOf(OpenApiDocument document, Type type) => (OpenApiSchema)document.Components!.Schemas![Names[type]];

    /// <summary>
    /// Members of requests can be null in the program only so that missing ones can be named: all are required but <paramref name="optional"/>, which may
    /// also be null. Members of answers that can be null are left out then, and are never null on the wire.
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
        schema.Description = "The lines; a product may stand in several.";
    }

    private static void ShownLines(OpenApiSchema schema)
    {
        schema.MaxItems = Limits.OrderLines;
        schema.Description = "The lines; a product may stand in several. Empty only in a list, where the stored lines cannot be read.";
    }

    /// <summary>What cursors of a list may be; null where it has none.</summary>
    private static Action<OpenApiSchema>? CursorsOf(Type page) =>
        page == typeof(PageResponse<NotificationResponse>) ? null : page == typeof(PageResponse<StockItemResponse>) ? Bounds.StockCursor : Bounds.Cursor;

    private static void BoundPage(OpenApiSchema page, Action<OpenApiSchema>? cursor)
    {
        Bounds.From(0)((OpenApiSchema)page.Properties!["total"]);
        Bounds.From(1)((OpenApiSchema)page.Properties["page"]);
        if (cursor is not null)
        {
            cursor((OpenApiSchema)page.Properties["nextCursor"]);
        }
        else
        {
            page.Properties.Remove("nextCursor");
            page.Required!.Add("page");
        }

        Bounds.Between(1, Limits.PageSize)((OpenApiSchema)page.Properties["limit"]);
        ((OpenApiSchema)page.Properties["items"]).MaxItems = Limits.PageSize;
    }
}
