using System.Diagnostics;

namespace OrderFlow.ServiceDefaults.Telemetry;

/// <summary>
/// Sends with a grain call that its trace is not recorded. Orleans sends only spans that it made, and below one that is not recorded it makes none: the
/// silo, told nothing, would begin a trace in the middle.
/// </summary>
internal sealed class UnsampledCallFilter : IOutgoingGrainCallFilter
{
    private const string TraceParent = "traceparent";

    public Task Invoke(IOutgoingGrainCallContext context)
    {
        if (Activity.Current is { Recorded: false, IdFormat: ActivityIdFormat.W3C, Id: { } here }) RequestContext.Set(TraceParent, here);
        return context.Invoke();
    }
}
