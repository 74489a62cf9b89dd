using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>
/// What the queue knows this process by: the silo's name, or the host's where no silo runs, and something random,
/// because a process that comes back under the same name does not hold the jobs of the one before it.
/// </summary>
internal sealed class WorkerName(IOptions<SiloOptions> silo)
{
    public string Value { get; } = $"{silo.Value.SiloName ?? Environment.MachineName}-{Guid.NewGuid():N}";
}
