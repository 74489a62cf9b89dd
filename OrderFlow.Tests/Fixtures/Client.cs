using System.Diagnostics;
using OrderFlow.Orders;

namespace OrderFlow.Tests.Fixtures;

/// <summary>A client that, like the API, retries with the same id until it gets an answer.</summary>
internal static class Client
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(20);

    /// <summary>Places an order for Alice and returns its id.</summary>
    public static Task<long> PlaceUntilAnswered(OrderFlowCluster cluster, params (string ProductId, int Quantity)[] lines) =>
        PlaceUntilAnswered(cluster, OrderFlowCluster.Command(OrderFlowCluster.Alice, lines));

    /// <summary>Places an order and returns its id.</summary>
    public static async Task<long> PlaceUntilAnswered(OrderFlowCluster cluster, PlaceOrder command)
    {
        var id = await UntilAnswered(cluster.NextId);
        var placed = await UntilAnswered(() => cluster.Order(id).Place(command));
        Assert.Equal(Outcome.Ok, placed.Outcome);
        return id;
    }

    private static async Task<T> UntilAnswered<T>(Func<Task<T>> call)
    {
        var watch = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return await call();
            }
            catch (Exception) when (watch.Elapsed < Timeout)
            {
                await Task.Delay(RetryDelay);
            }
        }
    }
}
