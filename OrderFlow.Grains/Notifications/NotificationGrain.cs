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
        await queue.Enqueue(new NotificationJob(notice.EventId, notice.OrderId, notice.UserId, notice.EventType, message, TraceContext.Current));
    }

    public async Task<NotificationList> List(long orderId, int page, int limit, Caller by, string? after)
    {
        if ((await grains.GetGrain<IOrderGrain>(orderId).Get(by)).Outcome != Outcome.Ok) return new(Outcome.NotFound);

        var all = await queue.ListByOrder(orderId);
        var rest = after is null
            ? all.Skip((int)Math.Min((page - 1L) * limit, int.MaxValue))
            : all.SkipWhile(notification => VersionOf(notification.JobId) <= VersionOf(after));
        return new(Outcome.Ok, new([.. rest.Take(limit)], all.Count, page, limit));
    }

    private static long VersionOf(string jobId) => long.Parse(jobId.AsSpan(jobId.IndexOf('-', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
}
