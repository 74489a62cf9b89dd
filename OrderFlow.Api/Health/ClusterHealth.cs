using OrderFlow.Health;
using OrderFlow.Notifications;

namespace OrderFlow.Api.Health;

/// <summary>Checks the API's dependencies.</summary>
internal sealed class ClusterHealth(IGrainFactory grains, TimeProvider time)
{
    /// <summary>Whether a silo can be reached.</summary>
    public HealthProbe Silo { get; } = new(() => grains.GetGrain<IPingGrain>(0).Ping(), time);

    /// <summary>Whether a silo can be reached whose database accepts writes.</summary>
    public HealthProbe Database { get; } = new(() => grains.GetGrain<IPingGrain>(0).PingDatabase(), time);

    /// <summary>Whether a silo can be reached that can queue notifications.</summary>
    public HealthProbe Queue { get; } = new(() => grains.GetGrain<INotificationQueueGrain>(0).Ping(), time);
}
