using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Api.Notifications;
using OrderFlow.Inventory;
using OrderFlow.Notifications;
using OrderFlow.Orders;
using OrderFlow.Recovery;
using OrderFlow.Silo.Cluster;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace OrderFlow.Tests.Cluster;

/// <summary>Silos that lack the grains and interfaces that 1.0.0 does not have, beside new ones.</summary>
public sealed class CallsDuringUpdates
{
    [Fact]
    public async Task A_search_is_answered_only_by_silos_that_know_its_filters_wherever_it_arrives()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await database.Execute(Orders);
        await using var cluster = await Start(database, old: 1, @new: 1);
        var query = new OrderQuery(null, null, 1, 10, ProductId: "sku-1");

        foreach (var silo in cluster.Silos)
        {
            var grains = cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<IGrainFactory>();
            for (var call = 0; call < 20; call++)
            {
                var found = await grains.GetGrain<IOrderSearchGrain>(0).List(query, OrderFlowCluster.Admin);
                Assert.Equal([2L], found.Page!.Items.Select(order => order.Id));
            }
        }
    }

    [Fact]
    public async Task An_order_does_not_expire_and_is_not_confirmed_while_a_silo_knows_neither()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await using var cluster = await Start(database, old: 1, @new: 1);
        var command = OrderFlowCluster.Command(OrderFlowCluster.Alice, ("mixed", 1)) with { ReserveFor = TimeSpan.FromMinutes(5) };

        foreach (var silo in cluster.Silos)
        {
            var grains = cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<IGrainFactory>();
            var order = grains.GetGrain<IOrderFulfilmentGrain>(await Reserved(grains));

            Assert.Equal(Outcome.Unsupported, (await grains.GetGrain<IOrderFulfilmentGrain>(1_000_000).Place(command)).Outcome);
            Assert.Equal(Outcome.Unsupported, (await grains.GetGrain<IExpiringIdempotencyGrain>(0).Place("alice/key", 1_000_001, command)).Result!.Outcome);
            Assert.Equal(Outcome.Unsupported, (await grains.GetGrain<IOrderFulfilmentGrain>(1_000_002).Place(command with { ReserveFor = null, Contact = new("anna@mail.example") })).Outcome);
            Assert.Equal(Outcome.Unsupported, (await order.ChangeStatus(new(OrderStatus.Confirmed, OrderFlowCluster.Admin))).Outcome);
            Assert.Equal(Outcome.Unsupported, (await order.ChangeStatus(new(OrderStatus.Cancelled, OrderFlowCluster.Admin, CancelReason: "recalled"))).Outcome);
            Assert.Equal(Outcome.Ok, (await order.ChangeStatus(new(OrderStatus.Cancelled, OrderFlowCluster.Admin))).Outcome);
        }
    }

    /// <summary>A silo that has just started does not know all others for a moment; the customer must be notified all the same.</summary>
    [Fact]
    public async Task The_tokens_address_is_stored_also_while_not_all_silos_are_known_to_be_updated()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await using var cluster = await Start(database, old: 1, @new: 1);
        var command = OrderFlowCluster.Command(OrderFlowCluster.Alice, ("mixed", 1)) with { DefaultContact = new("anna@mail.example") };

        foreach (var silo in cluster.Silos)
        {
            var grains = cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<IGrainFactory>();
            var placed = await grains.GetGrain<IOrderGrain>((await grains.GetGrain<IOrderIdsGrain>(0).Take()).First).Place(command);
            Assert.Equal((Outcome.Ok, command.DefaultContact), (placed.Outcome, placed.Order!.Contact));
        }
    }

    [Fact]
    public async Task A_caller_of_1_0_0_gets_no_status_that_it_does_not_know()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await using var cluster = await Start(database, old: 0, @new: 1);
        var id = await Reserved(cluster.Client);

        var ofOld = await cluster.Client.GetGrain<IOrderGrain>(id).ChangeStatus(OrderStatus.Failed, OrderFlowCluster.Admin);
        var ofNew = await cluster.Client.GetGrain<IOrderFulfilmentGrain>(id).ChangeStatus(new(OrderStatus.Failed, OrderFlowCluster.Admin));

        Assert.Equal([OrderStatus.Cancelled], ofOld.AllowedStatuses.AsEnumerable());
        Assert.Equal([OrderStatus.Confirmed, OrderStatus.Fulfilled, OrderStatus.Cancelled], ofNew.AllowedStatuses.AsEnumerable());
    }

    [Fact]
    public async Task Without_a_new_silo_a_search_is_refused_and_filters_of_1_0_0_work()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await database.Execute(Orders);
        await using var cluster = await Start(database, old: 1, @new: 0);
        using var api = new ApiProgram(cluster.Client);
        using var admin = api.As(Tokens.Admin);

        foreach (var list in new[] { "/orders?productId=sku-1", $"/orders/1/notifications?cursor={NotificationCursor.After("1-1")}" })
        {
            var (status, problem) = await admin.Call("GET", list);
            Assert.Equal((list, HttpStatusCode.ServiceUnavailable), (list, status));
            Assert.Contains("not carried out", (string?)problem["detail"], StringComparison.Ordinal);
        }

        var (_, pending) = await admin.Call("GET", "/orders?status=pending");
        Assert.Equal([2L, 1L], pending["items"]!.AsArray().Select(order => (long)order!["id"]!));
    }

    private const string Orders = """
        INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
        SELECT id, 'alice', 'pending', jsonb_build_array(jsonb_build_object('productId', 'sku-' || id % 2 + 1, 'quantity', 1)), 0, 1, false, '[]',
          '2026-11-22Z'::timestamptz + id * interval '1 second', now() + interval '1 hour', 1
        FROM generate_series(1, 2) AS id
        """;

    private static async Task<InProcessTestCluster> Start(PostgresDatabase database, int old, int @new)
    {
        var started = 0;
        var builder = new InProcessTestClusterBuilder((short)(old + @new));
        builder.ConfigureSilo((_, silo) =>
        {
            silo.UseOrderFlow(database.ConnectionString);
            if (Interlocked.Increment(ref started) <= old)
            {
                silo.Services.PostConfigure<GrainTypeOptions>(types =>
                {
                    types.Classes.ExceptWith([typeof(OrderSearchGrain), typeof(ExpiringIdempotencyGrain), typeof(NotificationListGrain), typeof(ExpiryGrain), typeof(ContactGrain)]);
                    types.Interfaces.Remove(typeof(IOrderFulfilmentGrain));
                });
            }
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        await Eventually.Get("each silo to know the others", () => Task.FromResult(cluster.Silos.Min(Known)), known => known == old + @new);
        return cluster;

        int Known(InProcessSiloHandle silo) =>
            cluster.GetSiloServiceProvider(silo.SiloAddress).GetRequiredService<IClusterManifestProvider>().Current.Silos.Count;
    }

    private static async Task<long> Reserved(IGrainFactory grains)
    {
        Assert.Equal(Outcome.Ok, (await grains.GetGrain<IStockItemGrain>("mixed").Set(10, 1.00m, OrderFlowCluster.Admin)).Outcome);
        var id = (await grains.GetGrain<IOrderIdsGrain>(0).Take()).First;
        await grains.GetGrain<IOrderGrain>(id).Place(OrderFlowCluster.Command(OrderFlowCluster.Alice, ("mixed", 1)));
        await Eventually.Get("the order to be reserved", () => grains.GetGrain<IOrderGrain>(id).Get(OrderFlowCluster.Admin), result => result.Order!.Status == OrderStatus.Reserved);
        return id;
    }
}
