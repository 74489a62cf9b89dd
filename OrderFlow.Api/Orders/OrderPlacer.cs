using OrderFlow.Api.Cluster;
using OrderFlow.Api.Http;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>Places an order exactly once, whatever retries it takes, and waits for its outcome if the client prefers that.</summary>
internal sealed class OrderPlacer(IOrderIds ids, TimeProvider time)
{
    /// <summary>How many ids one request tries if they already belong to other orders.</summary>
    public const int MaxIdAttempts = 5;

    /// <summary>How long one call into the cluster waits for the outcome; well below the time after which its answer counts as lost.</summary>
    private static readonly TimeSpan MaxWaitPerCall = CallTimeouts.MaxGrainWait;

    /// <summary>The delay between two reads of an order that stays pending, as in an outage, and between two ids that are taken.</summary>
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(200);

    /// <summary>Places an order. Its id is fixed before the first call, so a retry after an unknown outcome cannot place it twice.</summary>
    public async Task<OrderResult> Place(ClusterClient cluster, PlaceOrder command)
    {
        var request = command with { RequestId = Guid.NewGuid() };
        var placed = await PlaceWithFreeId(async id =>
        {
            var (result, wasRetried) = await cluster.CallReportingRetry(grains => grains.Place(id, request));

            // An order that existed before this request's only call is another's, even one of 1.0.0 with the same body.
            return Supported(new(KeyUse.First, result.WasPlacedBefore && !wasRetried ? new(Outcome.IdTaken) : result), wasRetried);
        });
        return placed.Result!;
    }

    /// <summary>Places an order once per key, even if the client repeats its request.</summary>
    public Task<PlacedOnce> PlaceOnce(ClusterClient cluster, string idempotencyKey, PlaceOrder command)
    {
        var name = IdempotencyKey.GrainName(command.By.UserId, idempotencyKey);
        var request = command with { RequestId = Guid.NewGuid() };   // becomes the key's if this is its first use
        return PlaceWithFreeId(async id =>
        {
            var key = StatelessWorkerKeys.ForOrder(id);
            var (placed, wasRetried) = await cluster.CallReportingRetry(grains => !command.NeedsUpgradedSilos
                ? grains.GetGrain<IIdempotencyGrain>(key).Place(name, id, request)
                : grains.GetNewGrain<IExpiringIdempotencyGrain>(key).Place(name, id, request));
            return Supported(placed, wasRetried);
        });
    }

    /// <summary>Waits until the order is no longer pending, or until the time is up. Failures are ignored: the order is placed.</summary>
    public async Task<Order> WaitForOutcome(ClusterClient cluster, Order placed, Caller by, TimeSpan maxWait, CancellationToken cancellation)
    {
        var order = placed;
        var startedAt = time.GetTimestamp();
        while (order.Status == OrderStatus.Pending && maxWait - time.GetElapsedTime(startedAt) is var left && left > TimeSpan.Zero)
        {
            try
            {
                var wait = left < MaxWaitPerCall ? left : MaxWaitPerCall;
                var result = await cluster.Unthrottled.CallOnce(grains => grains.GetGrain<IOrderGrain>(placed.Id).GetSettled(by, wait))
                    .WaitAsync(left, time, cancellation);
                if (result.Order is null) return order;   // deleted meanwhile
                order = result.Order;
            }
            catch (Exception e) when (e is ClusterUnavailableException or TimeoutException)
            {
                // The cluster may be back before the time is up.
            }

            if (order.Status == OrderStatus.Pending) await Task.Delay(RetryInterval, time, cancellation);
        }

        return order;
    }

    /// <summary>Tries further ids while the one before belongs to another order, as when the sequence of ids went back.</summary>
    /// <exception cref="ClusterUnavailableException">None of <see cref="MaxIdAttempts"/> was free: nothing was placed.</exception>
    private async Task<PlacedOnce> PlaceWithFreeId(Func<long, Task<PlacedOnce>> place)
    {
        for (var taken = 0; taken < MaxIdAttempts; taken++)
        {
            await Task.Delay(RetryInterval * Math.Max(0, taken - 1), time);   // in all longer than the silos wait between two checks of the sequence
            var id = await NextId();
            var placed = await place(id);
            if (placed.Result?.Outcome != Outcome.IdTaken) return placed;
            ids.DiscardBlockOf(id);
        }

        throw new ClusterUnavailableException(cause: null, wasSent: false);
    }

    /// <exception cref="ClusterUnavailableException">A silo of version 1.0.0 has joined, which does not know reservations that expire, or contacts; an earlier call may have placed the order.</exception>
    private static PlacedOnce Supported(PlacedOnce placed, bool wasRetried) =>
        placed.Result?.Outcome == Outcome.Unsupported ? throw new ClusterUnavailableException(cause: null, wasSent: wasRetried) : placed;

    /// <summary>Takes an id. If there is none, nothing was placed, whatever became of the request for ids.</summary>
    private async Task<long> NextId()
    {
        try
        {
            return await ids.Next();
        }
        catch (ClusterUnavailableException error)
        {
            throw new ClusterUnavailableException(error, wasSent: false);
        }
    }
}
