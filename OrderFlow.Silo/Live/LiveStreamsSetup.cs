using OrderFlow.Live;

namespace OrderFlow.Silo.Live;

/// <summary>Registers the streams that carry changes of orders to live followers: in the memory of the silos (ADR 9).</summary>
internal static class LiveStreamsSetup
{
    /// <summary>The queues that the streams share. Few, for each is polled even when empty, and items are batches.</summary>
    private const int Queues = 4;

    /// <summary>How often a queue is polled: the maximum it adds to the time from a change to its follower.</summary>
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>How long the delivery of an item to a follower may take before the item is dropped.</summary>
    private static readonly TimeSpan DeliveryTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long a queue caches items: beyond <see cref="DeliveryTimeout"/>, so that none is evicted undelivered; 30 min by default take too much memory.</summary>
    private static readonly TimeSpan CacheRetention = DeliveryTimeout * 2;

    public static void UseLiveStreams(this ISiloBuilder silo) => silo.AddMemoryStreams(LiveStreams.Provider, streams =>
    {
        streams.ConfigurePartitioning(Queues);
        streams.ConfigurePullingAgent(agent => agent.Configure(options =>
        {
            options.GetQueueMsgsTimerPeriod = PollInterval;
            options.MaxEventDeliveryTime = DeliveryTimeout;
        }));
        streams.ConfigureCacheEviction(cache => cache.Configure(options => options.DataMinTimeInCache = options.DataMaxAgeInCache = CacheRetention));
    });
}
