using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Cluster;

/// <summary>Clients place orders, and repeat with the same id until they are answered, while a dependency fails.</summary>
public sealed class FailuresUnderLoad
{
    private const int Orders = 1_000;
    private const int Clients = 32;
    private const int Products = 20;
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task No_order_is_lost_when_a_silo_is_killed() => await NothingIsLost(PostgresServer.Shared, (cluster, _) => cluster.KillOneSilo());

    [Fact]
    public async Task No_order_is_lost_when_a_silo_is_stopped() => await NothingIsLost(PostgresServer.Shared, (cluster, _) => cluster.StopOneSilo());

    [Fact]
    public async Task No_order_is_lost_when_Postgres_restarts()
    {
        await using var server = new PostgresServer();
        await NothingIsLost(server, (_, postgres) => postgres.Restart());
    }

    [Fact]
    public async Task No_order_is_lost_when_every_connection_to_Postgres_is_cut()
    {
        await using var server = new PostgresServer();
        await NothingIsLost(server, (_, postgres) => postgres.CutConnections());
    }

    private static async Task NothingIsLost(PostgresServer server, Func<OrderFlowCluster, PostgresServer, Task> lose)
    {
        await using var cluster = await OrderFlowCluster.Start(silos: 2, server, CallTimeout);
        for (var product = 0; product < Products; product++) await cluster.SetStock(Product(product), Orders);

        var ids = new long[Orders];
        var acknowledged = 0;
        var loss = Task.CompletedTask;
        await Parallel.ForAsync(0, Orders, new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (n, _) =>
        {
            ids[n] = await Client.PlaceUntilAnswered(cluster, (Product(n), 1), (Product(n + 7), 2));
            if (Interlocked.Increment(ref acknowledged) == Orders / 2) loss = lose(cluster, server);
        });
        await loss;
        await cluster.Quiet();

        var orders = await Task.WhenAll(ids.Select(cluster.Settled));
        Assert.Equal(Orders, orders.Count(order => order.Status == OrderStatus.Reserved));
        Assert.Equal(3 * Orders, await cluster.Scalar<long>("SELECT sum(reserved_quantity)::bigint FROM stock_items"));
        await Reconciler.AssertConsistent(cluster);
    }

    private static string Product(int n) => $"lost-{n % Products}";
}
