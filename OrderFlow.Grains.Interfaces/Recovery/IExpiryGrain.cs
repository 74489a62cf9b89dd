namespace OrderFlow.Recovery;

/// <summary>
/// Cancels orders whose reservation has expired. One for the cluster, key 0; a type of its own, so that no silo of version 1.0.0 runs it.
/// </summary>
[Alias("expiry")]
public interface IExpiryGrain : IGrainWithIntegerKey
{
    /// <summary>Activates it where it is not running; every silo calls it on start and every few seconds.</summary>
    [Alias("ping")]
    Task Ping();
}
