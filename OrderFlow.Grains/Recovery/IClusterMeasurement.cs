namespace OrderFlow.Recovery;

/// <summary>What one silo measures for the whole cluster: the one with the recovery grain.</summary>
internal interface IClusterMeasurement
{
    /// <summary>What is measured, for the log and for metrics, such as <c>measure pending orders</c>.</summary>
    string Name { get; }

    /// <summary>Measures, and shows what it has found until it is told to forget it.</summary>
    Task Measure(CancellationToken cancellationToken);

    /// <summary>Another silo measures from now on: this one shows nothing.</summary>
    void Forget();
}
