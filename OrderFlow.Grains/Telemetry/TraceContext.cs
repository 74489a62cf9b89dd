using System.Diagnostics;

namespace OrderFlow.Telemetry;

/// <summary>Where in which trace something happened, in the words of W3C Trace Context: what is stored beside an event or a job, and sent with it.</summary>
/// <param name="TraceParent">The header <c>traceparent</c>.</param>
/// <param name="TraceState">The header <c>tracestate</c>; null where there is none.</param>
internal sealed record TraceContext(string TraceParent, string? TraceState = null)
{
    /// <summary>The headers' names, which are also those of the columns and fields that keep them, and of the CloudEvents extension for tracing.</summary>
    public const string ParentName = "traceparent";
    public const string StateName = "tracestate";

    /// <summary>The longest state that is kept: what every system has to pass on. It comes from outside, and may be left out.</summary>
    public const int MaxStateLength = 512;

    /// <summary>Where this code runs; null where nobody traces, which is found out at the price of a look at a field.</summary>
    public static TraceContext? Current =>
        Traces.Source.HasListeners() && Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } here ? new(id, Kept(here.TraceStateString)) : null;

    /// <summary>What was stored or sent; null where nothing was.</summary>
    public static TraceContext? Of(string? traceParent, string? traceState) =>
        string.IsNullOrEmpty(traceParent) ? null : new(traceParent, Kept(traceState));

    /// <summary>The same for <see cref="ActivitySource"/>; of no trace where it cannot be read.</summary>
    public ActivityContext ToActivityContext() => ActivityContext.TryParse(TraceParent, TraceState, isRemote: true, out var context) ? context : default;

    private static string? Kept(string? state) => state is { Length: > 0 and <= MaxStateLength } ? state : null;
}
