using OrderFlow.Live;

namespace OrderFlow.Silo.Live;

/// <summary>The streams on which orders' changes go to those who follow them: in the memory of the silos (ADR 9).</summary>
internal static class LiveStreamsSetup
{
    /// <summary>
    /// The queues that the streams share. Each is asked for items all the time, also when there are none; what goes through them are batches, so few do.
    /// </summary>
    private const int Queues = 4;

    /// <summary>How often a queue is asked: what it adds to the time from a change to its reader, at most.</summary>
    private static readonly TimeSpan AskEvery = TimeSpan.FromMilliseconds(100);

    /// <summary>After this long an item that a reader does not take is dropped.</summary>
    private static readonly TimeSpan DeliverWithin = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How much of the past a queue keeps, which nobody reads again: the provider's own half an hour is memory that grows with the orders a second. Longer than
    /// <see cref="DeliverWithin"/>, so that nothing goes that is still to be delivered.
    /// </summary>
    private static readonly TimeSpan KeepFor = DeliverWithin * 2;

    public static void UseLiveStreams(this ISiloBuilder silo) => silo.AddMemoryStreams(LiveStreams.Provider, streams =>
    {
        streams.ConfigurePartitioning(Queues);
        streams.ConfigurePullingAgent(agent => agent.Configure(options =>
        {
            options.GetQueueMsgsTimerPeriod = AskEvery;
            options.MaxEventDeliveryTime = DeliverWithin;
        }));
        streams.ConfigureCacheEviction(cache => cache.Configure(options => options.DataMinTimeInCache = options.DataMaxAgeInCache = KeepFor));
    });
}
