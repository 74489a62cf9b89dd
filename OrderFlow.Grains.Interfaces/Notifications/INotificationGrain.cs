namespace OrderFlow.Notifications;

/// <summary>Notifies an order's customer. Stateless: its jobs are in the queue. Its key is one of <see cref="StatelessWorkerKeys"/>.</summary>
[Alias("notification")]
public interface INotificationGrain : IGrainWithIntegerKey
{
    /// <summary>Enqueues a job for the event. A redelivered event is the same job.</summary>
    /// <exception cref="UnavailableException">The queue cannot be reached; the call may be repeated.</exception>
    [Alias("notify")]
    Task Notify(OrderNotice notice);

    /// <summary>Lists one page of the order's notifications, oldest first. They are kept for a day after they were sent.</summary>
    /// <param name="orderId">The id of the order.</param>
    /// <param name="page">The page's number; the first is 1.</param>
    /// <param name="limit">Items on a page, 1 to 100.</param>
    /// <param name="by">The caller: the order's owner, or one who <see cref="Caller.SeesAll"/>.</param>
    [Alias("list-of-order")]
    Task<NotificationList> List(long orderId, int page, int limit, Caller by);
}

/// <summary>Lists an order's notifications by cursor. Its key is one of <see cref="StatelessWorkerKeys"/>. A grain type of its own, as <see cref="Orders.IOrderSearchGrain"/>.</summary>
[Alias("order-notifications")]
public interface INotificationListGrain : IGrainWithIntegerKey
{
    /// <summary>Lists the notifications that follow one of the order's, oldest first.</summary>
    /// <param name="orderId">The id of the order.</param>
    /// <param name="after">The <see cref="Notification.JobId"/> of the last notification before the page, whether it still exists or not.</param>
    /// <param name="limit">Items on a page, 1 to 100.</param>
    /// <param name="by">The caller: the order's owner, or one who <see cref="Caller.SeesAll"/>.</param>
    [Alias("list-after")]
    Task<NotificationList> ListAfter(long orderId, string after, int limit, Caller by);
}
