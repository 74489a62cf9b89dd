namespace OrderFlow.Tests.Telemetry;

/// <summary>Who listens to spans hears those of the whole process: these tests run while no others do.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TracingCollection
{
    public const string Name = "tracing";
}
