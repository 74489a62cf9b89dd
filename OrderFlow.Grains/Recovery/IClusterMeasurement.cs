namespace OrderFlow.Recovery;

/// <summary>A measurement of the whole cluster, taken by the silo that runs the recovery grain.</summary>
internal interface IClusterMeasurement
{
    /// <summary>The job's name in logs and metrics, such as <c>measure pending orders</c>.</summary>
    string Name { get; }

    /// <summary>Measures, and exports the result until <see cref="Clear"/>.</summary>
    Task Measure(CancellationToken cancellationToken);

    /// <summary>Stops exporting: another silo measures from now on.</summary>
    void Clear();
}
