using System.Globalization;
using OrderFlow.Notifications;

namespace OrderFlow.Tests.Notifications;

/// <summary>Jobs for tests.</summary>
internal static class TestJobs
{
    public static readonly DateTimeOffset Now = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    public static NotificationJob Job(long orderId = 42, string userId = "alice", string eventType = "order.reserved") => new(
        string.Create(CultureInfo.InvariantCulture, $"{orderId}-2"), orderId, userId, eventType,
        string.Create(CultureInfo.InvariantCulture, $"Your order {orderId} is reserved. Total: 19.98."));

    public static IEnumerable<NotificationJob> Jobs(int count) => Enumerable.Range(1, count).Select(orderId => Job(orderId));
}
