namespace OrderFlow.Recovery;

/// <summary>Resumes stalled orders and runs the cluster's periodic jobs. One for the cluster, key 0.</summary>
[Alias("recovery")]
public interface IRecoveryGrain : IGrainWithIntegerKey
{
    /// <summary>Activates recovery where it is not running; every silo calls it on start and every few seconds.</summary>
    [Alias("ping")]
    Task Ping();
}
