using System.Globalization;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Http;
using OrderFlow.Orders;

namespace OrderFlow.Api.Live;

/// <summary>Writes an order's changes to one follower, as the order itself has recorded them: each once, in order.</summary>
internal sealed class OrderEventWriter(long id, Caller caller, LiveFollower follower, ClusterClient cluster, TimeProvider time)
{
    /// <summary>How long the order may take to answer before it is asked again later; heartbeats wait for it.</summary>
    public static readonly TimeSpan CallTimeout = ClusterClient.ResponseTimeout;

    /// <summary>The delay before an order that did not answer is asked again.</summary>
    public static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>Writes changes until the order is deleted or the follower is gone.</summary>
    /// <param name="stream">The follower's stream.</param>
    /// <param name="knownVersion">The last version that the follower knows.</param>
    /// <param name="soFar">The order's changes after it.</param>
    /// <param name="cancellation">Cancelled when the follower is gone.</param>
    public async Task Write(EventStream stream, long knownVersion, OrderTransitions soFar, CancellationToken cancellation)
    {
        for (var transitions = soFar; transitions is null || transitions.Outcome == Outcome.Ok; transitions = await Read(knownVersion, cancellation))
        {
            foreach (var transition in transitions?.Transitions ?? [])
            {
                knownVersion = transition.Version;
                var change = OrderChangeResponse.Of(id, transition);
                var eventId = change.Version.ToString(CultureInfo.InvariantCulture);
                stream.Add(OrderChangeResponse.EventName, eventId, change, ResponseJson.Default.OrderChangeResponse);
            }

            await stream.Flush();
            if (!await follower.WaitForSignal(cancellation)) continue;
            stream.AddHeartbeat();
            await stream.Flush();   // before the order is asked, which may not answer
        }

        stream.Add(OrderDeletedResponse.EventName, id: null, new OrderDeletedResponse(id), ResponseJson.Default.OrderDeletedResponse);
        await stream.Flush();
    }

    /// <summary>Reads the order's changes since; null if it does not answer, after signalling the follower to ask again.</summary>
    private async Task<OrderTransitions?> Read(long knownVersion, CancellationToken cancellation)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(CallTimeout);
        try
        {
            return await cluster.WithCancellation(timeout.Token).CallOnce(grains => grains.GetGrain<IOrderGrain>(id).GetTransitions(caller, knownVersion));
        }
        catch (ClusterUnavailableException)
        {
            await Task.Delay(RetryDelay, time, cancellation);
            follower.Signal();
            return null;
        }
    }
}
