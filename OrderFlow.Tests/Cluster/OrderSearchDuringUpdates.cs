using System.Net;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Orders;
using OrderFlow.Silo.Cluster;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace OrderFlow.Tests.Cluster;

/// <summary>Silos of the version before list orders beside new ones; they lack the grain that knows all filters.</summary>
public sealed class OrderSearchDuringUpdates
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
    public async Task Without_a_new_silo_a_search_is_refused_and_filters_of_1_0_0_work()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await database.Execute(Orders);
        await using var cluster = await Start(database, old: 1, @new: 0);
        using var api = new ApiProgram(cluster.Client);
        using var admin = api.As(Tokens.Admin);

        var (status, problem) = await admin.Call("GET", "/orders?productId=sku-1");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("not carried out", (string?)problem["detail"], StringComparison.Ordinal);

        var (_, list) = await admin.Call("GET", "/orders?status=pending");
        Assert.Equal([2L, 1L], list["items"]!.AsArray().Select(order => (long)order!["id"]!));
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
                silo.Services.PostConfigure<GrainTypeOptions>(types => types.Classes.Remove(typeof(OrderSearchGrain)));
        });
        var cluster = builder.Build();
        await cluster.DeployAsync();
        return cluster;
    }
}
