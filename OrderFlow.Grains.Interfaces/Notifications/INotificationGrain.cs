namespace OrderFlow.Notifications;

/// <summary>Tells an order's customer what became of the order. It keeps nothing itself: its jobs are in the queue. Its key is one of <see cref="StatelessWorkerKeys"/>.</summary>
[Alias("notification")]
public interface INotificationGrain : IGrainWithIntegerKey
{
    /// <summary>Queues a job for the event. An event delivered again is the same job. Events that nobody is told of are taken and dropped.</summary>
    /// <exception cref="UnavailableException">The queue cannot be reached; to call again is safe.</exception>
    [Alias("notify")]
    Task Notify(OrderNotice notice);

    /// <summary>One page of what was queued, sent or given up for the order, oldest first; remembered for a day after it was sent.</summary>
    /// <param name="orderId">The order.</param>
    /// <param name="page">The page's number; the first is 1.</param>
    /// <param name="limit">Items on a page, 1 to 100.</param>
    /// <param name="by">Who asks: the order's owner or an admin.</param>
    [Alias("list-of-order")]
    Task<NotificationList> List(long orderId, int page, int limit, Caller by);
}
