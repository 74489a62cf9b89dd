namespace OrderFlow.Recovery;

/// <summary>Finds orders that were begun and not finished, and has them go on. One for the cluster, key 0.</summary>
[Alias("recovery")]
public interface IRecoveryGrain : IGrainWithIntegerKey
{
    /// <summary>Makes sure that recovery is running; every silo calls it when it starts and every few seconds.</summary>
    [Alias("ping")]
    Task Ping();
}
