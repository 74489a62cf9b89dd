using OrderFlow.Api.Cluster;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>How an order gets placed: once, however often it takes, and if wanted with its outcome.</summary>
internal sealed class OrderPlacer(IOrderIds ids, TimeProvider time)
{
    /// <summary>How many ids one request tries where they belong to other orders already.</summary>
    public const int MaxIdAttempts = 5;

    /// <summary>How long one call into the cluster waits; well below the time after which its answer counts as lost.</summary>
    private static readonly TimeSpan WaitAtOnce = CallTimeouts.MaxGrainWait;

    /// <summary>Between two looks at an order that could not go on, as while a part of the system is away.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>Places an order. With its id fixed before the first try, placing again after an unknown outcome cannot place twice.</summary>
    public async Task<OrderResult> Place(ClusterClient cluster, PlaceOrder command)
    {
        var request = command with { RequestId = Guid.NewGuid() };
        var placed = await AtFreeId(async id =>
        {
            var calls = 0;
            var result = await cluster.CallWithRetry(grains =>
            {
                calls++;
                return grains.GetGrain<IOrderGrain>(id).Place(request);
            });

            // What was there before this request's only call is another's, also an order of 1.0.0 with the same body.
            return new(KeyUse.First, result.WasPlacedBefore && calls == 1 ? new(Outcome.IdTaken) : result);
        });
        return placed.Result!;
    }

    /// <summary>Places an order once for a key, also where the client has to ask again.</summary>
    public Task<PlacedOnce> PlaceOnce(ClusterClient cluster, string key, PlaceOrder command)
    {
        var name = IdempotencyKey.GrainName(command.By.UserId, key);
        var request = command with { RequestId = Guid.NewGuid() };   // the key's, where this is its first use
        return AtFreeId(id => cluster.CallWithRetry(grains => grains.GetGrain<IIdempotencyGrain>(StatelessWorkerKeys.ForOrder(id)).Place(name, id, request)));
    }

    /// <summary>Places with another id as long as the one before belongs to another order, as when the sequence of ids went back.</summary>
    /// <exception cref="ClusterUnavailableException">None of <see cref="MaxIdAttempts"/> was free: nothing was placed.</exception>
    private async Task<PlacedOnce> AtFreeId(Func<long, Task<PlacedOnce>> place)
    {
        for (var taken = 0; taken < MaxIdAttempts; taken++)
        {
            await Task.Delay(Pause * Math.Max(0, taken - 1), time);   // in all longer than the silos wait between two checks of the sequence
            var id = await NextId();
            var placed = await place(id);
            if (placed.Result?.Outcome != Outcome.IdTaken) return placed;
            ids.DiscardBlockOf(id);
        }

        throw new ClusterUnavailableException(cause: null, wasSent: false);
    }

    /// <summary>The next id. Where there is none, nothing was placed, whatever became of asking for ids.</summary>
    private async Task<long> NextId()
    {
        try
        {
            return await ids.Next();
        }
        catch (ClusterUnavailableException away)
        {
            throw new ClusterUnavailableException(away, wasSent: false);
        }
    }

    /// <summary>The order once it is no longer pending, or as it is when the time is over. It is placed already: nothing that goes wrong here changes that.</summary>
    public async Task<Order> WaitForOutcome(ClusterClient cluster, Order placed, Caller by, TimeSpan wait, CancellationToken gone)
    {
        var order = placed;
        var began = time.GetTimestamp();
        while (order.Status == OrderStatus.Pending && wait - time.GetElapsedTime(began) is var left && left > TimeSpan.Zero)
        {
            try
            {
                var result = await cluster.Unthrottled.CallOnce(grains => grains.GetGrain<IOrderGrain>(placed.Id).GetSettled(by, left < WaitAtOnce ? left : WaitAtOnce)).WaitAsync(left, time, gone);
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
