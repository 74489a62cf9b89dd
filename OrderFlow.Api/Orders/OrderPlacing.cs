using OrderFlow.Api.Cluster;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>How an order gets placed: once, however often it takes, and if wanted with its outcome.</summary>
internal sealed class OrderPlacing(IOrderIds ids, TimeProvider time)
{
    /// <summary>How long one call into the cluster waits; well below the time after which its answer counts as lost.</summary>
    private static readonly TimeSpan WaitAtOnce = CallTimes.MaxGrainWait;

    /// <summary>Between two looks at an order that could not go on, as while a part of the system is away.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Places an order. With its id fixed before the first try, placing again after an unknown outcome cannot place twice.</summary>
    public async Task<OrderResult> Place(ClusterCalls cluster, PlaceOrder command)
    {
        var id = await ids.Next();
        return await cluster.Repeat(grains => grains.GetGrain<IOrderGrain>(id).Place(command));
    }

    /// <summary>Places an order once for a key, also where the client has to ask again.</summary>
    public async Task<PlacedOnce> PlaceOnce(ClusterCalls cluster, string key, PlaceOrder command)
    {
        var name = IdempotencyKey.Name(command.By.UserId, key);
        var id = await ids.Next();
        return await cluster.Repeat(grains => grains.GetGrain<IIdempotencyGrain>(EverySilo.KeyFor(id)).Place(name, id, command));
    }

    /// <summary>The order once it is no longer pending, or as it is when the time is over. It is placed already: nothing that goes wrong here changes that.</summary>
    public async Task<Order> Settled(ClusterCalls cluster, Order placed, Caller by, TimeSpan wait, CancellationToken gone)
    {
        var order = placed;
        var began = time.GetTimestamp();
        while (order.Status == OrderStatus.Pending && wait - time.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
        {
            try
            {
                var result = await cluster.OutOfTurn.Once(grains => grains.GetGrain<IOrderGrain>(placed.Id).GetSettled(by, left < WaitAtOnce ? left : WaitAtOnce)).WaitAsync(left, time, gone);
                if (result.Order is null) return order;   // deleted meanwhile
                order = result.Order;
            }
            catch (Exception e) when (e is ClusterUnavailableException or TimeoutException)
            {
                // It may be back before the time is over.
            }

            if (order.Status == OrderStatus.Pending) await Task.Delay(Pause, time, gone);
        }

        return order;
    }
}
