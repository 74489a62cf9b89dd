using System.Diagnostics;

namespace OrderFlow.ServiceDefaults.Telemetry;

/// <summary>
/// Tells the silo with each grain call that its trace is not recorded. Orleans propagates only spans it created, and it creates none in an unrecorded trace,
/// so the silo would start a trace in the middle.
/// </summary>
internal sealed class UnsampledCallFilter : IOutgoingGrainCallFilter
{
    private const string TraceParent = "traceparent";

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (Activity.Current is { Recorded: false, IdFormat: ActivityIdFormat.W3C, Id: { } id }) RequestContext.Set(TraceParent, id);
        return context.Invoke();
    }
}
