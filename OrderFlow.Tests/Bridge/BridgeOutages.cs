using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Bridge;

/// <summary>Orders are placed while something between them and the customers fails: no order fails, and every customer is notified.</summary>
public sealed class BridgeOutages
{
    private const int Orders = 1_000;
    private const int Clients = 16;
    private const int Products = 20;

    /// <summary>Less than the 45 s for which the client would try to leave its group.</summary>
    private static readonly TimeSpan LeaveTimeout = TimeSpan.FromSeconds(44);

    [Fact]
    public async Task A_silo_killed_ten_times()
    {
        using var external = new ExternalSystems();
        await using var cluster = await Start(external);

        await PlaceAll(cluster, every: Orders / 10, async () =>
        {
            await cluster.KillOneSilo();
            await cluster.StartOneSilo();
        });

        await AssertEverybodyWasNotified(cluster, external);
    }

    [Fact]
    public async Task Kafka_down_and_up_again()
    {
        using var external = new ExternalSystems();
        await using var cluster = await Start(external);

        var isDown = false;
        await PlaceAll(cluster, every: Orders / 4, () =>
        {
            if (isDown = !isDown) external.Kafka.Down();
            else external.Kafka.Up();
            return Task.CompletedTask;
        });

        await AssertEverybodyWasNotified(cluster, external);
    }

    [Fact]
    public async Task Redis_killed_and_restarted()
    {
        await using var redis = new RedisServer();
        using var external = new ExternalSystems(redis);
        await using var cluster = await Start(external);

        await PlaceAll(cluster, every: Orders / 4, async () =>
        {
            await redis.Kill();
            await redis.Start();
        });

        await AssertEverybodyWasNotified(cluster, external);
    }

    [Fact]
    public async Task A_silo_stops_in_time_while_Kafka_is_down()
    {
        using var external = new ExternalSystems();
        await using var cluster = await Start(external);
        await Client.PlaceUntilAnswered(cluster, (Product(0), 1));
        external.Kafka.Down();
        await Client.PlaceUntilAnswered(cluster, (Product(0), 1));

        await cluster.StopOneSilo().WaitAsync(LeaveTimeout);

        external.Kafka.Up();
        await cluster.Quiet();
        await PublishedEventAssertions.AssertCompleteForReserved(cluster, external.Kafka);
    }

    private static async Task<OrderFlowCluster> Start(ExternalSystems external)
    {
        var cluster = await OrderFlowCluster.Start(silos: 2, responseTimeout: TimeSpan.FromSeconds(5), external: external);
        for (var product = 0; product < Products; product++) await cluster.SetStock(Product(product), Orders);
        return cluster;
    }

    private static async Task PlaceAll(OrderFlowCluster cluster, int every, Func<Task> lose)
    {
        var placed = 0;
        var losing = new SemaphoreSlim(1);
        await Parallel.ForAsync(0, Orders, new ParallelOptions { MaxDegreeOfParallelism = Clients }, async (n, cancellation) =>
        {
            await Client.PlaceUntilAnswered(cluster, (Product(n), 1));
            if (Interlocked.Increment(ref placed) % every != 0) return;

            await losing.WaitAsync(cancellation);
            await lose();
            losing.Release();
        });
        await cluster.Quiet();
    }

    private static async Task AssertEverybodyWasNotified(OrderFlowCluster cluster, ExternalSystems external)
    {
        Assert.Equal(Orders, await cluster.Scalar<long>("SELECT count(*) FROM orders WHERE status = 'reserved'"));
        await PublishedEventAssertions.AssertCompleteForReserved(cluster, external.Kafka);

        var notified = await Eventually.Get(
            $"{Orders} customers to be notified",
            () => Task.FromResult(external.Sender.Sent.Select(job => job.OrderId).Distinct().Count()),
            count => count == Orders);
        Assert.Equal(Orders, notified);
    }

    private static string Product(int n) => $"way-{n % Products}";
}
