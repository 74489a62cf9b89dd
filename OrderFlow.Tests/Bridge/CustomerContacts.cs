using System.Globalization;
using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Notifications;
using OrderFlow.Orders;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Redis;

namespace OrderFlow.Tests.Bridge;

/// <summary>Whom to notify: asked of the order when its event is handled, and removed by an admin wherever it is.</summary>
[Collection(BridgeCollection.Name)]
public sealed class CustomerContacts : IDisposable
{
    private const string Address = "anna@mail.example";

    private readonly OrderFlowCluster _cluster;
    private readonly ExternalSystems _external;
    private readonly ApiProgram _api;
    private readonly HttpClient _admin;

    /// <summary>A slash must be escaped in a path.</summary>
    private readonly string _user = $"https://idp.example/{Guid.NewGuid():N}?a=%41";

    public CustomerContacts(SharedBridge shared)
    {
        (_cluster, _external, _api) = (shared.Cluster, shared.External, new(shared.Cluster.Client));
        _admin = _api.As(Tokens.Admin);
    }

    [Fact]
    public async Task A_contact_is_removed_from_all_orders_and_jobs_of_the_customer_and_from_nobody_elses()
    {
        await _cluster.SetStock("contacted", 10);
        _external.Sender.Fails = true;
        var dead = await Place(_user);
        await AwaitState(dead, NotificationState.Dead);
        _external.Sender.Fails = false;
        await _admin.Call("POST", "/notifications/pause");
        var waiting = await Place(_user);
        await AwaitState(waiting, NotificationState.Waiting);
        var another = await Place($"{_user}-another");
        await AwaitState(another, NotificationState.Waiting);
        var (version, events) = (await Version(dead), (await _cluster.EventsOf(dead)).Count);

        var removed = await Remove();

        Assert.Equal((HttpStatusCode.OK, 2, 2), removed);
        Assert.Equal((HttpStatusCode.OK, 0, 0), await Remove());
        Assert.Equal(0, await _cluster.Scalar<long>($"SELECT count(*) FROM orders WHERE user_id = '{_user}' AND (contact_email IS NOT NULL OR contact_locale IS NOT NULL)"));
        Assert.Equal((version + 1, events), (await Version(dead), (await _cluster.EventsOf(dead)).Count));
        Assert.Null((await _cluster.Order(dead).Get(OrderFlowCluster.Admin)).Order!.Contact);
        Assert.Equal(Address, (await _cluster.Order(another).Get(OrderFlowCluster.Admin)).Order!.Contact!.Email);

        Assert.Equal(HttpStatusCode.OK, (await _admin.Call("POST", $"/notifications/dead-letters/{dead}-2/replay")).Status);
        await _admin.Call("POST", "/notifications/resume");
        foreach (var (id, email) in new[] { (dead, null), (waiting, null), (another, Address) })
        {
            await AwaitState(id, NotificationState.Sent);
            Assert.Equal(email, _external.Sender.Sent.Last(job => job.OrderId == id).Email);
        }
    }

    [Fact]
    public async Task A_contact_is_removed_from_more_orders_than_one_step_takes()
    {
        await Parallel.ForAsync(0, ContactGrain.BatchSize + 5, async (order, _) => await Place(_user, $"contacted-{order}"));
        await _cluster.DeactivateAll();

        Assert.Equal((HttpStatusCode.OK, ContactGrain.BatchSize + 5), await Remove() is var (status, orders, _) ? (status, orders) : default);
        Assert.Equal(0, await _cluster.Scalar<long>($"SELECT count(*) FROM orders WHERE user_id = '{_user}' AND contact_email IS NOT NULL"));
    }

    [Fact]
    public async Task An_order_of_a_newer_version_fails_the_removal_until_it_can_be_changed()
    {
        await using (var allow = _cluster.Database.CreateCommand("ALTER TABLE orders DROP CONSTRAINT IF EXISTS orders_status_check")) await allow.ExecuteNonQueryAsync();
        var (newer, known) = (await Place(_user), await Place(_user));
        foreach (var id in new[] { newer, known }) await _cluster.Settled(id);
        await _cluster.Scalar<int>($"UPDATE orders SET status = 'on-hold' WHERE id = {newer} RETURNING 1");
        await _cluster.DeactivateAll();
        var contacts = _cluster.Client.GetGrain<IContactGrain>(0);

        await Assert.ThrowsAsync<UnavailableException>(() => contacts.RemoveFromOrders(_user, after: null));
        Assert.Equal(Address, (await _cluster.Order(newer).Get(OrderFlowCluster.Admin)).Order!.Contact!.Email);
        Assert.Null((await _cluster.Order(known).Get(OrderFlowCluster.Admin)).Order!.Contact);

        await _cluster.Scalar<int>($"UPDATE orders SET status = 'failed' WHERE id = {newer} RETURNING 1");
        await _cluster.DeactivateAll();
        Assert.Equal(new(1), await contacts.RemoveFromOrders(_user, after: null));
        Assert.Null((await _cluster.Order(newer).Get(OrderFlowCluster.Admin)).Order!.Contact);
    }

    [Fact]
    public async Task Only_admins_may_remove_a_contact_of_a_valid_user()
    {
        using var alice = _api.As(Tokens.Alice);
        Assert.Equal(HttpStatusCode.Forbidden, (await alice.Call("DELETE", "/customers/alice/contact")).Status);
        Assert.Equal((HttpStatusCode.BadRequest, "userId"), await _admin.Call("DELETE", "/customers/%20alice/contact") is var (status, problem) ? (status, Problem.Paths(problem)) : default);
        Assert.Equal((HttpStatusCode.OK, 0, 0), await Remove());
    }

    [Fact]
    public async Task Nobody_is_notified_of_a_deleted_order()
    {
        var id = await Place(_user);
        await AwaitState(id, NotificationState.Sent);
        await _cluster.Order(id).Delete(OrderFlowCluster.Admin);
        var grain = _cluster.Client.GetGrain<INotificationGrain>(0);
        await grain.Notify(new($"{id}-8", "order.reserved", id, _user, 1.00m, Reason: null));
        await grain.Notify(new($"{id}-9", "order.cancelled", id, _user, TotalAmount: null, CancelReasons.Deleted));

        Assert.Equal([$"{id}-2"], (await Queue.ListByOrder(id)).Select(job => job.JobId));
    }

    /// <summary>Where a silo of 1.0.0 holds the order. Every other is asked, also while the cluster is not known as a whole.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_order_that_cannot_be_asked_is_notified_without_its_contact(bool isKnown)
    {
        var orders = GivenGrains.Make().Answer<IOrderFulfilmentGrain>((_, _) =>
            isKnown ? Task.FromResult<OrderContact?>(new(Address)) : Task.FromException<OrderContact?>(new TypeLoadException()));
        await using var given = await TestQueue.Create();
        var grain = new NotificationGrain(given.Queue, orders.Factory);

        await grain.Notify(new("42-2", "order.reserved", 42, "alice", 1.00m, Reason: null));

        Assert.Equal(isKnown ? Address : null, (await given.Claim()).Job.Email);
    }

    [Fact]
    public async Task What_a_deleted_order_has_queued_loses_its_contact()
    {
        OrderContact? contact = new(Address, "de");
        var orders = GivenGrains.Make().Answer<IOrderFulfilmentGrain>((_, _) => Task.FromResult(contact));
        await using var given = await TestQueue.Create();
        var grain = new NotificationGrain(given.Queue, orders.Factory);
        await grain.Notify(new("42-2", "order.reserved", 42, "alice", 1.00m, Reason: null));
        await grain.Notify(new("43-2", "order.reserved", 43, "alice", 1.00m, Reason: null));

        contact = null;
        await grain.Notify(new("42-3", "order.cancelled", 42, "alice", TotalAmount: null, CancelReasons.Deleted));

        Assert.Equal(["42-2 ", $"43-2 {Address}"], (await given.Queue.Claim(TestQueue.Worker, 10, given.Now)).Select(claimed => $"{claimed.Job.JobId} {claimed.Job.Email}"));
    }

    [Fact]
    public async Task The_dead_letters_of_an_order_lose_its_contact_when_it_is_deleted()
    {
        await using var given = await TestQueue.Create();
        await given.Queue.Enqueue(TestQueue.Job(42) with { Email = Address });
        await given.Queue.DeadLetter(TestQueue.Worker, await given.Claim(), "no such mailbox", given.Now);

        await given.Queue.RemoveContacts(42, lastVersion: 4);
        await given.Queue.Replay("42-1");

        Assert.Null((await given.Claim()).Job.Email);
    }

    public void Dispose()
    {
        _admin.Dispose();
        _api.Dispose();
    }

    private INotificationQueue Queue => _cluster.SiloServices.GetRequiredService<INotificationQueue>();

    private string Path() => $"/customers/{Uri.EscapeDataString(_user)}/contact";

    private async Task<(HttpStatusCode Status, int Orders, int Notifications)> Remove()
    {
        var (status, body) = await _admin.Call("DELETE", Path());
        return (status, (int)body["orders"]!, (int)body["notifications"]!);
    }

    private async Task<long> Place(string user, string product = "contacted") =>
        await _cluster.Place(new PlaceOrder(OrderFlowCluster.Admin, user, [new(product, 1)], AgreedTotal: null, Contact: new(Address, "de")));

    private Task<long> Version(long id) => _cluster.Scalar<long>(string.Create(CultureInfo.InvariantCulture, $"SELECT version FROM orders WHERE id = {id}"));

    private Task AwaitState(long id, NotificationState state) => Eventually.Get(
        $"the notification of order {id} to be {state}", () => Queue.ListByOrder(id), jobs => jobs.Count > 0 && jobs[0].State == state);
}
