using System.Diagnostics;

namespace OrderFlow.Telemetry;

/// <summary>A W3C trace context, as it is stored with an event or job and sent with it.</summary>
/// <param name="TraceParent">The header <c>traceparent</c>.</param>
/// <param name="TraceState">The header <c>tracestate</c>; null where there is none.</param>
internal sealed record TraceContext(string TraceParent, string? TraceState = null)
{
    /// <summary>The names of headers, columns and fields, and of the CloudEvents tracing extension.</summary>
    public const string ParentName = "traceparent";
    public const string StateName = "tracestate";

    /// <summary>The maximum length of a state, which W3C requires every system to propagate. A longer one is dropped.</summary>
    public const int MaxStateLength = 512;

    /// <summary>The context of the current span; null where traces have no listener, which costs one field read.</summary>
    public static TraceContext? Current =>
        Traces.Source.HasListeners() && Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } span ? new(id, Kept(span.TraceStateString)) : null;

    /// <summary>The context from its two texts; null where there is none.</summary>
    public static TraceContext? Of(string? traceParent, string? traceState) =>
        string.IsNullOrEmpty(traceParent) ? null : new(traceParent, Kept(traceState));

    /// <summary>Parses it for <see cref="ActivitySource"/>; the default where it is invalid.</summary>
    public ActivityContext ToActivityContext() => ActivityContext.TryParse(TraceParent, TraceState, isRemote: true, out var context) ? context : default;

    private static string? Kept(string? state) => state is { Length: > 0 and <= MaxStateLength } ? state : null;
}
