using OrderFlow.Notifications;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Bridge;

/// <summary>From an order to the message for its customer: through Kafka, the notification grain, the queue and the worker.</summary>
[Collection(BridgeCollection.Name)]
public sealed class CustomerNotifications(SharedBridge shared)
{
    private readonly OrderFlowCluster _cluster = shared.Cluster;
    private readonly ExternalSystems _external = shared.External;

    [Fact]
    public async Task The_customer_of_a_reserved_order_is_notified_once()
    {
        await _cluster.SetStock("notified", 10, 9.99m);
        var id = await _cluster.Place(("notified", 2));

        var sent = Assert.Single(await Notifications(id, 1));

        Assert.Equal(
            (sent.JobId, sent.EventType, sent.Message, sent.State, sent.Attempts),
            ($"{id}-2", "order.reserved", $"Your order {id} is reserved. Total: 19.98.", NotificationState.Sent, 1));
        var job = Assert.Single(SentFor(id));
        Assert.Equal(new($"{id}-2", id, "alice", "order.reserved", sent.Message!), job with { Details = null });
        Assert.Equal((19.98m, null, null, 0), (job.Details!.TotalAmount, job.Details.Reason, job.Details.Tracking, job.Details.MoreItems));
        Assert.Equal([new OrderLine("notified", 2)], job.Details.Items!);
        Assert.Equal((await _cluster.Settled(id)).UpdatedAt, job.Details.OccurredAt);
    }

    [Fact]
    public async Task The_customer_of_a_failed_order_reads_why()
    {
        var id = await _cluster.Place(("notified-nowhere", 2));

        Assert.Equal($"Your order {id} could not be reserved: unknown product: notified-nowhere.", Assert.Single(await Notifications(id, 1)).Message);
    }

    [Fact]
    public async Task The_customer_of_a_fulfilled_order_reads_where_the_parcel_is_and_nothing_of_its_confirmation()
    {
        var id = await Reserved("notified-fulfilled");
        await Change(id, new(OrderStatus.Confirmed, OrderFlowCluster.Admin));
        await Change(id, new(OrderStatus.Fulfilled, OrderFlowCluster.Admin, Tracking: new("DHL", "JD0146000011", "https://parcels.example/1")));

        Assert.Equal(
            [$"Your order {id} is reserved. Total: 1.00.", $"Your order {id} is on its way. DHL JD0146000011: https://parcels.example/1"],
            (await Notifications(id, 2)).Select(notification => notification.Message));
    }

    [Fact]
    public async Task The_customer_of_a_cancelled_order_reads_why()
    {
        var id = await Reserved("notified-cancelled");
        await Change(id, new(OrderStatus.Cancelled, OrderFlowCluster.Admin, CancelReason: "the product was recalled"));

        Assert.Equal($"Your order {id} is cancelled: the product was recalled.", (await Notifications(id, 2))[1].Message);
    }

    [Fact]
    public async Task The_customer_of_an_order_that_expired_is_notified()
    {
        await _cluster.SetStock("notified-expired", 1);
        var id = await _cluster.NextId();
        await _cluster.Order(id).Place(OrderFlowCluster.Command(OrderFlowCluster.Alice, ("notified-expired", 1)) with { ReserveFor = TimeSpan.FromMilliseconds(50) });

        Assert.Equal($"Your order {id} is cancelled: it was not confirmed in time.", (await Notifications(id, 2))[1].Message);
    }

    [Fact]
    public async Task An_order_that_fails_and_is_reserved_later_has_both_notifications_in_order()
    {
        var id = await _cluster.Place(("notified-late", 1));
        await _cluster.Settled(id);
        await _cluster.SetStock("notified-late", 1);
        await _cluster.Order(id).ChangeStatus(OrderStatus.Pending, OrderFlowCluster.Admin);

        Assert.Equal(["order.failed", "order.reserved"], (await Notifications(id, 2)).Select(notification => notification.EventType));
    }

    [Fact]
    public async Task The_same_event_delivered_a_hundred_times_by_eight_callers_is_one_notification()
    {
        await _cluster.SetStock("notified-again", 1);
        var id = await _cluster.Place(("notified-again", 1));
        await Notifications(id, 1);

        var notice = new OrderNotice($"{id}-2", "order.reserved", id, "alice", 1.00m, Reason: null);
        var newEvent = new OrderNotice($"{id}-7", "order.reserved", id, "alice", 1.00m, Reason: null);
        await Parallel.ForAsync(0, 100, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (_, _) =>
        {
            await _cluster.Client.GetGrain<INotificationGrain>(0).Notify(notice);
            await _cluster.Client.GetGrain<INotificationGrain>(0).Notify(newEvent);
        });

        Assert.Equal([$"{id}-2", $"{id}-7"], (await Notifications(id, 2)).Select(notification => notification.JobId));
        Assert.Equal([$"{id}-2", $"{id}-7"], SentFor(id).Select(job => job.JobId));
    }

    [Fact]
    public async Task Only_the_owner_and_admins_see_the_notifications_and_a_deleted_order_has_none()
    {
        await _cluster.SetStock("notified-mine", 1);
        var id = await _cluster.Place(("notified-mine", 1));
        await Notifications(id, 1);
        var grain = _cluster.Client.GetGrain<INotificationGrain>(0);

        Assert.Equal(Outcome.NotFound, (await grain.List(id, 1, 10, OrderFlowCluster.Bob)).Outcome);
        Assert.Equal(1, (await grain.List(id, 1, 10, OrderFlowCluster.Alice)).Page!.Total);
        await _cluster.Order(id).Delete(OrderFlowCluster.Alice);
        Assert.Equal(Outcome.NotFound, (await grain.List(id, 1, 10, OrderFlowCluster.Alice)).Outcome);
    }

    [Fact]
    public async Task An_event_that_this_version_has_no_text_for_is_rejected_and_not_dropped() =>
        await Assert.ThrowsAsync<NotSupportedException>(() =>
            _cluster.Client.GetGrain<INotificationGrain>(0).Notify(new OrderNotice("1-9", "order.audited", 1, "alice", TotalAmount: null, Reason: null)));

    private async Task<long> Reserved(string product)
    {
        await _cluster.SetStock(product, 1);
        var id = await _cluster.Place((product, 1));
        await _cluster.Settled(id);
        return id;
    }

    private async Task Change(long id, ChangeStatus command) =>
        Assert.Equal(Outcome.Ok, (await _cluster.Client.GetGrain<IOrderFulfilmentGrain>(id).ChangeStatus(command)).Outcome);

    private async Task<IReadOnlyList<Notification>> Notifications(long orderId, int count)
    {
        var list = await Eventually.Get(
            $"{count} notifications of order {orderId} to be sent",
            () => _cluster.Client.GetGrain<INotificationGrain>(0).List(orderId, 1, 100, OrderFlowCluster.Admin),
            list => list.Page!.Items.Count(notification => notification.State == NotificationState.Sent) == count);
        return list.Page!.Items;
    }

    private List<NotificationJob> SentFor(long orderId) => [.. _external.Sender.Sent.Where(job => job.OrderId == orderId)];
}
