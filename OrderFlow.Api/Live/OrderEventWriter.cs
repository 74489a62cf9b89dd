using System.Globalization;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Http;
using OrderFlow.Orders;

namespace OrderFlow.Api.Live;

/// <summary>An order whose changes are told to one reader, as the order itself remembers them: each once, in order.</summary>
internal sealed class OrderEventWriter(long id, Caller caller, OrderFollower reader, ClusterClient cluster, TimeProvider time)
{
    /// <summary>How long the order may take to answer before it is asked again later; signs of life wait for it.</summary>
    public static readonly TimeSpan CallTimeout = ClusterClient.ResponseTimeout;

    /// <summary>The pause before an order that did not answer is asked again.</summary>
    public static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>Tells of changes until the order is deleted or nobody listens any more.</summary>
    /// <param name="stream">The reader's.</param>
    /// <param name="known">The last version that the reader knows.</param>
    /// <param name="soFar">The order's changes beyond it.</param>
    /// <param name="end">Cancelled when nobody listens any more.</param>
    public async Task Write(EventStream stream, long known, OrderTransitions soFar, CancellationToken end)
    {
        for (var transitions = soFar; transitions is null || transitions.Outcome == Outcome.Ok; transitions = await Look(known, end))
        {
            foreach (var transition in transitions?.Transitions ?? [])
            {
                known = transition.Version;
                var change = OrderChangeResponse.Of(id, transition);
                stream.Add(OrderChangeResponse.EventName, change.Version.ToString(CultureInfo.InvariantCulture), change, ResponseJson.Default.OrderChangeResponse);
            }

            await stream.Flush();
            if (!await reader.WaitForSignal(end)) continue;
            stream.AddHeartbeat();
            await stream.Flush();   // before the order is asked, which may not answer
        }

        stream.Add(OrderDeletedResponse.EventName, id: null, new OrderDeletedResponse(id), ResponseJson.Default.OrderDeletedResponse);
        await stream.Flush();
    }

    /// <summary>What the order has become since; null where it does not answer, and the reader is to look again.</summary>
    private async Task<OrderTransitions?> Look(long known, CancellationToken end)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(end);
        patience.CancelAfter(CallTimeout);
        try
        {
            return await cluster.WithCancellation(patience.Token).CallOnce(grains => grains.GetGrain<IOrderGrain>(id).GetTransitions(caller, known));
        }
        catch (ClusterUnavailableException)
        {
            await Task.Delay(RetryDelay, time, end);
            reader.Signal();
            return null;
        }
    }
}
