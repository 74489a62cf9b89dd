using OrderFlow.Api.Cluster;
using OrderFlow.Live;
using OrderFlow.Outbox;
using Orleans.Streams;

namespace OrderFlow.Api.Live;

/// <summary>Subscribes to the live stream of each outbox partition. Used by <see cref="LiveOrders"/> alone, one call at a time.</summary>
internal sealed class LiveStreamFeed(IClusterClient client, ClusterClient cluster, TimeProvider time) : ILiveFeed
{
    private readonly StreamSubscriptionHandle<LiveChanges>?[] _subscriptions = new StreamSubscriptionHandle<LiveChanges>?[OutboxPartitions.Count];
    private readonly long[] _renewedAt = new long[OutboxPartitions.Count];

    /// <inheritdoc/>
    public async Task<bool> Follow(Action<LiveChanges> deliver) => await cluster.CallOnce(async grains =>
    {
        var missed = await Task.WhenAll(Enumerable.Range(0, OutboxPartitions.Count).Select(async partition =>
        {
            var isNew = await Subscribe(partition, deliver);
            var now = time.GetTimestamp();
            var completeFor = await grains.GetGrain<IOutboxPartitionGrain>(partition).Follow(LiveOrders.FollowDuration);
            var sinceRenewal = time.GetElapsedTime(_renewedAt[partition]);
            _renewedAt[partition] = now;
            return isNew || completeFor < sinceRenewal;
        }));
        return missed.Contains(true);
    });

    /// <inheritdoc/>
    public async Task Unfollow() => await cluster.CallOnce(async _ =>
    {
        await Task.WhenAll(Enumerable.Range(0, OutboxPartitions.Count).Select(async partition =>
        {
            if (_subscriptions[partition] is not { } subscription) return;

            _subscriptions[partition] = null;
            await subscription.UnsubscribeAsync();
        }));
        return true;
    });

    /// <summary>Subscribes if there is no subscription, or if the silos dropped it because they could not reach this process. True if it did.</summary>
    private async Task<bool> Subscribe(int partition, Action<LiveChanges> deliver)
    {
        var stream = client.GetStreamProvider(LiveStreams.Provider).GetStream<LiveChanges>(StreamId.Create(LiveStreams.Namespace, partition));
        if (_subscriptions[partition] is { } known)
        {
            var current = await stream.GetAllSubscriptionHandles();
            if (current.Any(subscription => subscription.HandleId == known.HandleId)) return false;

            _subscriptions[partition] = null;
            await known.UnsubscribeAsync();   // removes what this process still holds of it
        }

        _subscriptions[partition] = await stream.SubscribeAsync((item, _) =>
        {
            deliver(item);
            return Task.CompletedTask;
        });
        return true;
    }
}
