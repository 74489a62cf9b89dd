using System.Globalization;
using OrderFlow.Orders;
using OrderFlow.Telemetry;
using Orleans.Concurrency;

namespace OrderFlow.Notifications;

/// <inheritdoc cref="INotificationGrain"/>
/// <remarks>The queue recognizes redelivered events by their ids, so any number of silos may handle the same one.</remarks>
[GrainType("notification"), StatelessWorker, Reentrant]
internal sealed class NotificationGrain(INotificationQueue queue, IGrainFactory grains) : Grain, INotificationGrain
{
    public async Task Notify(OrderNotice notice)
    {
        var message = NotificationText.Message(notice) ?? throw new NotSupportedException($"this version has no text for events of type {notice.EventType}");
        if (await GetContact(notice) is not { } contact)
        {
            await queue.RemoveContacts(notice.OrderId, VersionOf(notice.EventId));   // nobody is notified of a deleted order; what is still to be sent goes without
            return;
        }

        await queue.Enqueue(new NotificationJob(
            notice.EventId, notice.OrderId, notice.UserId, notice.EventType, message, TraceContext.Current, contact.Email, contact.Locale, NotificationDetails.Of(notice)));
    }

    public async Task<NotificationList> List(long orderId, int page, int limit, Caller by) => await queue.ListFor(by, orderId, grains) is { } all
        ? new(Outcome.Ok, new([.. all.Skip((int)Math.Min((page - 1L) * limit, int.MaxValue)).Take(limit)], all.Count, page, limit))
        : new(Outcome.NotFound);

    /// <summary>The version of an order in the id of its event.</summary>
    public static long VersionOf(string jobId) => long.Parse(jobId.AsSpan(jobId.IndexOf('-', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);

    /// <summary>Whom to notify, without members where a silo of 1.0.0 holds the order; null where it is deleted.</summary>
    private async Task<OrderContact?> GetContact(OrderNotice notice)
    {
        if (notice.Reason == CancelReasons.Deleted) return null;
        try
        {
            return await grains.GetGrain<IOrderFulfilmentGrain>(notice.OrderId).GetContact();
        }
        catch (TypeLoadException)
        {
            return new();   // 1.0.0 cannot load the interface
        }
    }
}

/// <inheritdoc cref="INotificationListGrain"/>
[GrainType("order-notifications"), StatelessWorker, Reentrant]
internal sealed class NotificationListGrain(INotificationQueue queue, IGrainFactory grains) : Grain, INotificationListGrain
{
    public async Task<NotificationList> ListAfter(long orderId, string after, int limit, Caller by) => await queue.ListFor(by, orderId, grains) is { } all
        ? new(Outcome.Ok, new([.. all.SkipWhile(notification => NotificationGrain.VersionOf(notification.JobId) <= NotificationGrain.VersionOf(after)).Take(limit)], all.Count, Number: 1, limit))
        : new(Outcome.NotFound);
}

/// <summary>Who may list what.</summary>
internal static class NotificationListAccess
{
    /// <summary>All notifications of the order; null where this caller must not learn that it exists.</summary>
    public static async Task<IReadOnlyList<Notification>?> ListFor(this INotificationQueue queue, Caller by, long orderId, IGrainFactory grains) =>
        (await grains.GetGrain<IOrderGrain>(orderId).Get(by)).Outcome == Outcome.Ok ? await queue.ListByOrder(orderId) : null;
}
