using System.Diagnostics;

namespace OrderFlow.Telemetry;

/// <summary>The spans that OrderFlow itself makes. While nobody listens to <see cref="Source"/> each of these calls costs a look at a field and gives null.</summary>
internal static class Traces
{
    /// <summary>The name of <see cref="Source"/>.</summary>
    public const string SourceName = "OrderFlow";

    /// <summary>The most other spans that a span of shared work links to.</summary>
    public const int LinkLimit = 32;

    /// <summary>An order that recovery has go on: the only thing inside a silo that begins a trace.</summary>
    public const string Recover = "recover order";

    public static ActivitySource Source { get; } = new(SourceName);

    /// <summary>
    /// A span of work that was written down for later, as an event or a job; it goes on where that was, or begins a trace where that is not known.
    /// </summary>
    public static Activity? Continue(string name, ActivityKind kind, TraceContext? from)
    {
        if (!Source.HasListeners()) return null;

        Activity.Current = null;   // else a context of no trace would mean whatever runs around here
        return Source.StartActivity(name, kind, from?.ToActivityContext() ?? default);
    }

    /// <summary>A span of work that several wait for. It stands in the trace of the first of them, and links to the others, up to <see cref="LinkLimit"/>.</summary>
    /// <param name="name">The span's name.</param>
    /// <param name="waiting">The spans that wait; null for those that are not traced.</param>
    public static Activity? StartShared(string name, IEnumerable<Activity?> waiting)
    {
        if (!Source.HasListeners()) return null;

        var traced = waiting.OfType<Activity>().Where(span => span.Recorded).Take(LinkLimit + 1).ToList();
        Activity.Current = null;
        return traced.Count == 0 ? null
            : Source.StartActivity(name, ActivityKind.Internal, traced[0].Context, links: traced.Skip(1).Select(span => new ActivityLink(span.Context)));
    }

    /// <summary>Says on the span, where there is one, which message it is about, in the words of OpenTelemetry's conventions for messaging.</summary>
    /// <param name="span">The span.</param>
    /// <param name="system">Such as <c>kafka</c>.</param>
    /// <param name="operation"><c>send</c> or <c>process</c>.</param>
    /// <param name="destination">Where the message goes, or comes from.</param>
    /// <param name="id">The message's id, where it is known.</param>
    public static void Describe(this Activity? span, string system, string operation, string destination, string? id)
    {
        if (span is not { IsAllDataRequested: true }) return;

        span.SetTag("messaging.system", system);
        span.SetTag("messaging.operation.name", operation);
        span.SetTag("messaging.operation.type", operation);
        span.SetTag("messaging.destination.name", destination);
        if (id is not null) span.SetTag("messaging.message.id", id);
    }

    /// <summary>Says on the span, where there is one, that its work failed.</summary>
    public static void Fail(this Activity? span, string reason) => span?.SetStatus(ActivityStatusCode.Error, reason);
}
