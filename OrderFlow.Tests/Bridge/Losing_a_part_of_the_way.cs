using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Bridge;

/// <summary>Orders are placed while something on the way to the customer is lost: no order fails for it, and in the end everybody was told.</summary>
public sealed class Losing_a_part_of_the_way
{
    private const int Orders = 1_000;
    private const int Clients = 16;
    private const int Products = 20;

    /// <summary>Less than the 45 s for which the client would try to say goodbye to its group.</summary>
    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(44);

    [Fact]
    public async Task The_silo_that_publishes_and_consumes_killed_ten_times()
    {
        using var world = new World();
        await using var cluster = await Start(world);

        await PlaceAll(cluster, every: Orders / 10, async () =>
        {
            await cluster.KillOneSilo();
            await cluster.StartOneSilo();
        });

        await AssertEverybodyWasTold(cluster, world);
    }

    [Fact]
    public async Task Kafka_away()
    {
        using var world = new World();
        await using var cluster = await Start(world);

        var isAway = false;
        await PlaceAll(cluster, every: Orders / 4, () =>
        {
            if (isAway = !isAway) world.Kafka.Down();
            else world.Kafka.Up();
            return Task.CompletedTask;
        });

        await AssertEverybodyWasTold(cluster, world);
    }

    [Fact]
    public async Task Redis_killed_and_started_again()
    {
        await using var redis = new RedisServer();
        using var world = new World(redis);
        await using var cluster = await Start(world);

        await PlaceAll(cluster, every: Orders / 4, async () =>
        {
            await redis.Kill();
            await redis.Start();
        });

        await AssertEverybodyWasTold(cluster, world);
    }

    [Fact]
    public async Task A_silo_leaves_in_time_while_Kafka_is_away()
    {
        using var world = new World();
        await using var cluster = await Start(world);
        await Client.PlaceUntilAnswered(cluster, (Product(0), 1));
        world.Kafka.Down();
        await Client.PlaceUntilAnswered(cluster, (Product(0), 1));

        await cluster.StopOneSilo().WaitAsync(LeaveWithin);

        world.Kafka.Up();
        await cluster.Quiet();
        await Events.AssertCompleteForReserved(cluster, world.Kafka);
    }

    private static async Task<OrderFlowCluster> Start(World world)
    {
        var cluster = await OrderFlowCluster.Start(silos: 2, patience: TimeSpan.FromSeconds(5), world: world);
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

    private static async Task AssertEverybodyWasTold(OrderFlowCluster cluster, World world)
    {
        Assert.Equal(Orders, await cluster.Scalar<long>("SELECT count(*) FROM orders WHERE status = 'reserved'"));
        await Events.AssertCompleteForReserved(cluster, world.Kafka);

        var told = await Eventually.Get(
            $"{Orders} customers to be told",
            () => Task.FromResult(world.Sender.Sent.Select(job => job.OrderId).Distinct().Count()),
            count => count == Orders);
        Assert.Equal(Orders, told);
    }

    private static string Product(int n) => $"way-{n % Products}";
}
