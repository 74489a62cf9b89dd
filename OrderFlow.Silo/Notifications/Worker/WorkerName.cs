using Microsoft.Extensions.Options;
using Orleans.Configuration;

namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>
/// The name of this process in the queue: the silo's or, without a silo, the host's, with a random suffix: a restarted process must not be taken for its
/// predecessor, whose jobs it does not hold.
/// </summary>
internal sealed class WorkerName(IOptions<SiloOptions> silo)
{
    public string Value { get; } = $"{silo.Value.SiloName ?? Environment.MachineName}-{Guid.NewGuid():N}";
}
