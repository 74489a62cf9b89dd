using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>
/// The name of this process in the queue: the silo's or, without a silo, the host's, with a random suffix. A restarted process
/// does not hold the jobs of its predecessor, so it must not have its name.
/// </summary>
internal sealed class WorkerName(IOptions<SiloOptions> silo)
{
    public string Value { get; } = $"{silo.Value.SiloName ?? Environment.MachineName}-{Guid.NewGuid():N}";
}
