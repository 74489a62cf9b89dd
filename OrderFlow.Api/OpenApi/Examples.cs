using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.OpenApi;
using OrderFlow.Api.Customers;
using OrderFlow.Api.Health;
using OrderFlow.Api.Http;
using OrderFlow.Api.Inventory;
using OrderFlow.Api.Lists;
using OrderFlow.Api.Live;
using OrderFlow.Api.Notifications;
using OrderFlow.Api.Orders;
using OrderFlow.Notifications;
using OrderFlow.Orders;

namespace OrderFlow.Api.OpenApi;

/// <summary>Examples of bodies. Those of responses are serialized as responses are, so they cannot have other members.</summary>
internal static class Examples
{
    /// <summary>A user.</summary>
    public const string UserId = "alice";

    /// <summary>A product.</summary>
    public const string ProductId = "sku-1";

    /// <summary>A notification.</summary>
    public const string JobId = "42-2";

    /// <summary>The first time of a day.</summary>
    public const string From = "2026-11-25T00:00:00Z";

    /// <summary>The first time of the next day.</summary>
    public const string To = "2026-11-26T00:00:00Z";

    private const string Message = "Your order 42 is reserved. Total: 19.98.";

    private static readonly DateTime Placed = new(2026, 11, 25, 3, 8, 41, 115, DateTimeKind.Utc);
    private static readonly DateTime Settled = new(2026, 11, 25, 3, 8, 41, 234, DateTimeKind.Utc);

    /// <summary>An import in CSV.</summary>
    public const string Csv = "productId,availableQuantity,unitPrice,lowStockThreshold\nsku-21,100,9.99,10\nsku-22,50,19.9,\n";

    /// <summary>A cursor of the list of orders.</summary>
    public static readonly string Cursor = OrderCursor.After(Placed, 42);

    /// <summary>A cursor of the list of stock items.</summary>
    public static readonly string StockItemCursor = StockCursor.After(ProductId);

    /// <summary>A cursor of the list of movements.</summary>
    public static readonly string MovementCursor = StockMovementCursor.Before("3:0");

    private static readonly OrderResponse Reserved = new(
        42, UserId, [new OrderLine(ProductId, 2)], "reserved", 19.98m, Placed, Settled, FailReason: null, ExpiresAt: Settled.AddMinutes(15),
        Contact: new("alice@mail.example", "en"));

    private static readonly OrderTransitionResponse[] History =
        [new("pending", Version: 1, Placed, UserId), new("reserved", Version: 2, Settled, OrderTransition.SystemActor)];

    private static readonly StockItemResponse StockItem = new(ProductId, 998, 2, 9.99m, Settled, LowStockThreshold: 50);

    private static readonly StockMovementResponse[] Movements =
    [
        new("reserve", AvailableDelta: -2, ReservedDelta: 2, Version: 3, Settled, OrderId: 42),
        new("adjust", AvailableDelta: -1, ReservedDelta: 0, Version: 2, Placed, Actor: "root", Reason: "one was broken"),
    ];

    private static readonly NotificationResponse Notification = new(
        JobId, "order.reserved", Message, NotificationResponse.NameOf(NotificationState.Sent), Attempts: 1, Settled);

    private static readonly DeadLetterResponse DeadLetter = new(
        JobId, 42, UserId, "order.reserved", Message, Attempts: 3, "the mail server refused the recipient", Settled);

    private static readonly Dictionary<Type, (string Description, object Value)> Responses = new()
    {
        [typeof(OrderResponse)] = ("The order.", Reserved),
        [typeof(PageResponse<OrderResponse>)] = ("A page of orders, newest first.", Page(Reserved)),
        [typeof(PageResponse<OrderTransitionResponse>)] = (
            "The order's last changes of status, oldest first.", new PageResponse<OrderTransitionResponse>(History, History.Length, Page: 1, Limits.Transitions)),
        [typeof(OrderChangeResponse)] = (
            "An endless stream of server-sent events (WHATWG HTML, §9.2). An event `order` has this as its data; comments are heartbeats.",
            new OrderChangeResponse(42, "reserved", Version: 2, Settled)),
        [typeof(StockItemResponse)] = ("The stock item.", StockItem),
        [typeof(PageResponse<StockItemResponse>)] = ("A page of stock items, by product.", Page(StockItem)),
        [typeof(StockSettingsResponse)] = ("The price and the threshold.", new StockSettingsResponse(9.99m, LowStockThreshold: 50)),
        [typeof(PageResponse<StockMovementResponse>)] = (
            "A page of movements, newest first.",
            new PageResponse<StockMovementResponse>(Movements, Total: null, Page: null, Movements.Length, MovementCursor)),
        [typeof(ImportedStockResponse)] = (
            "What became of the rows. All are imported.",
            new ImportedStockResponse(2, [new("sku-21", ImportedStockRow.IsImported), new("sku-22", ImportedStockRow.IsImported)])),
        [typeof(PageResponse<NotificationResponse>)] = ("A page of the order's notifications, oldest first.", Page(Notification)),
        [typeof(PageResponse<DeadLetterResponse>)] = ("A page of dead letters, newest first.", Page(DeadLetter)),
        [typeof(DeadLettersMovedResponse)] = ("How many were moved.", new DeadLettersMovedResponse(4_000, IsComplete: true)),
        [typeof(NotificationStatsResponse)] = ("The current counts.", new NotificationStatsResponse(3, 1, 2, 1_204, 5, 1, 1, Paused: false)),
        [typeof(ContactRemovedResponse)] = ("From what it was removed.", new ContactRemovedResponse(Orders: 12, Notifications: 1)),
        [typeof(MessageResponse)] = ("What was done.", new MessageResponse("Order deleted")),
        [typeof(HealthResponse)] = ("Healthy.", HealthResponse.Ok),
    };

    /// <summary>Examples of operations whose response differs from others of its type.</summary>
    private static readonly Dictionary<string, object> ResponsesByOperation = new()
    {
        ["placeOrder"] = Reserved with { Status = "pending", TotalAmount = 0, UpdatedAt = Placed, ExpiresAt = null },
        ["changeOrderStatus"] = Reserved with
        {
            Status = "fulfilled",
            ExpiresAt = null,
            Tracking = new("DHL", "JD0146000011", "https://parcels.example/JD0146000011"),
        },
        ["archiveProduct"] = new MessageResponse("Product archived"),
        ["replayDeadLetter"] = new MessageResponse("Notification queued or sent"),
        ["deleteDeadLetter"] = new MessageResponse("Dead letter removed"),
        ["pauseNotifications"] = new NotificationStatsResponse(3, 0, 2, 1_204, 5, 1, 1, Paused: true),
    };

    /// <summary>What the description of an operation's response adds to others of its type.</summary>
    private static readonly Dictionary<string, string> DescriptionsByOperation = new()
    {
        ["followOrder"] = "Its `id` is the order's version. An event `deleted` with `{\"orderId\":42}` is the last one if the order is deleted.",
        ["followOrders"] =
            "Its `id` is `{orderId}-{version}`. If the client reads too slowly, an event `missed` with `{\"count\":7}` says how many were dropped.",
    };

    private static readonly Dictionary<Type, Dictionary<string, IOpenApiExample>> Bodies = new()
    {
        [typeof(PlaceOrderRequest)] = new()
        {
            ["order"] = Body(
                "An order at current prices",
                """{"userId": "alice", "items": [{"productId": "sku-1", "quantity": 2}, {"productId": "sku-2", "quantity": 1}]}"""),
            ["agreedTotal"] = Body(
                "An order that fails if its total differs",
                """{"userId": "alice", "items": [{"productId": "sku-1", "quantity": 2}], "totalAmount": 19.98}"""),
            ["reserveFor"] = Body(
                "An order that is cancelled after a quarter of an hour unless it is confirmed",
                """{"userId": "alice", "items": [{"productId": "sku-1", "quantity": 2}], "reserveFor": "PT15M"}"""),
            ["contact"] = Body(
                "An order whose customer is notified in German at the token's verified address",
                """{"userId": "alice", "items": [{"productId": "sku-1", "quantity": 2}], "contact": {"email": "alice@mail.example", "locale": "de-AT"}}"""),
        },
        [typeof(ChangeStatusRequest)] = new()
        {
            ["cancel"] = Body("Cancel the order", """{"status": "cancelled"}"""),
            ["cancelWithReason"] = Body("Cancel the order with a reason; for admins", """{"status": "cancelled", "cancelReason": "the product was recalled"}"""),
            ["confirm"] = Body("Confirm the order: it is paid for, or will be; for admins and the role payments", """{"status": "confirmed"}"""),
            ["fulfil"] = Body(
                "Fulfil the order: it is handed over; for admins and the role fulfilment",
                """{"status": "fulfilled", "tracking": {"carrier": "DHL", "number": "JD0146000011", "url": "https://parcels.example/JD0146000011"}}"""),
            ["tryAgain"] = Body("Retry a failed order; for admins", """{"status": "pending"}"""),
        },
        [typeof(SetStockRequest)] = new()
        {
            ["stock"] = Body("100 units at 9.99", """{"availableQuantity": 100, "unitPrice": 9.99}"""),
            ["threshold"] = Body("100 units at 9.99, low at 10", """{"availableQuantity": 100, "unitPrice": 9.99, "lowStockThreshold": 10}"""),
        },
        [typeof(RestockRequest)] = new() { ["restock"] = Body("50 more units", """{"quantity": 50}""") },
        [typeof(AdjustStockRequest)] = new()
        {
            ["less"] = Body("One unit less", """{"delta": -1, "reason": "one was broken"}"""),
            ["more"] = Body("Two units more", """{"delta": 2, "reason": "found while counting"}"""),
        },
        [typeof(ChangeStockSettingsRequest)] = new()
        {
            ["settings"] = Body("9.99 a unit, low at 10", """{"unitPrice": 9.99, "lowStockThreshold": 10}"""),
            ["neverLow"] = Body("9.99 a unit, never low", """{"unitPrice": 9.99}"""),
        },
        [typeof(DeadLetterFilterRequest)] = new()
        {
            ["reason"] = Body("Those whose reason has this text", """{"reason": "could not be reached"}"""),
            ["all"] = Body("Those of one event, dead-lettered before a time", """{"eventType": "order.reserved", "before": "2026-11-25T03:08:41Z"}"""),
        },
        [typeof(ImportStockRequest)] = new()
        {
            ["products"] = Body(
                "Two products",
                """
                {"items": [
                  {"productId": "sku-21", "availableQuantity": 100, "unitPrice": 9.99, "lowStockThreshold": 10},
                  {"productId": "sku-22", "availableQuantity": 50, "unitPrice": 19.90}]}
                """),
        },
    };

    /// <summary>The description of an operation's response with a body of this type.</summary>
    public static string Describe(string operation, Type type) =>
        DescriptionsByOperation.TryGetValue(operation, out var own) ? $"{Responses[type].Description} {own}" : Responses[type].Description;

    /// <summary>An example of an operation's response.</summary>
    public static JsonNode ForResponse(string operation, Type type)
    {
        var answer = ResponsesByOperation.GetValueOrDefault(operation, Responses[type].Value);
        return JsonSerializer.SerializeToNode(answer, type, ResponseJson.Default)!;
    }

    /// <summary>Examples of a request's body, by name.</summary>
    public static IDictionary<string, IOpenApiExample> ForRequest(Type type) => Bodies[type];

    private static PageResponse<T> Page<T>(T only) => new([only], Total: 1, Page: 1, PageParameters.DefaultLimit);

    private static OpenApiExample Body(string summary, string json) => new() { Summary = summary, Value = JsonNode.Parse(json) };
}
