namespace OrderFlow.Tests.Telemetry;

/// <summary>Tests that listen to the spans of the whole process, and so run alone.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class TracingCollection
{
    public const string Name = "tracing";
}
