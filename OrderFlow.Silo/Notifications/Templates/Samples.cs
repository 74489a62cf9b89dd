using OrderFlow.Notifications;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Notifications.Templates;

/// <summary>A job to try templates with.</summary>
internal sealed record Sample(NotificationJob Job, NotificationDetails Details, string Currency);

/// <summary>Jobs of every kind: of each type of event, with and without each value that it may have.</summary>
internal static class Samples
{
    private static readonly NotificationDetails Full = new(
        new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), 1_234.50m, "unknown product: sku-2",
        new("DHL", "JD0146000011", "https://parcels.example/JD0146000011"), [new("sku-1", 2), new("sku-2", 1)]);

    private static readonly NotificationDetails[] Details =
    [
        Full,
        new(),
        Full with { OccurredAt = null },
        Full with { TotalAmount = null },
        Full with { TotalAmount = 0 },
        Full with { Tracking = null },
        Full with { Tracking = new("DHL", "JD0146000011") },
        Full with { Items = null },
        Full with { Items = [.. Enumerable.Range(1, NotificationDetails.MaxItems).Select(line => new OrderLine($"<sku> {line}", Limits.Quantity))], MoreItems = 1 },
        .. new string?[] { null, "price changed: the total is 19.98, agreed was 9.99", "the product was recalled" }.Concat(CancelReasons.All).Select(reason => Full with { Reason = reason }),
    ];

    /// <summary>The samples.</summary>
    public static IReadOnlyList<Sample> Jobs { get; } =
    [
        .. from type in TemplateFiles.EventTypes
           from details in Details
           from currency in new[] { "EUR", "" }
           select new Sample(new("42-2", 42, "alice", type, "Your order 42 was received."), details, currency),
    ];
}
