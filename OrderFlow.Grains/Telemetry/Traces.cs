using System.Diagnostics;

namespace OrderFlow.Telemetry;

/// <summary>Starts OrderFlow's own spans. While <see cref="Source"/> has no listener, each call costs one field read and returns null.</summary>
internal static class Traces
{
    /// <summary>The name of <see cref="Source"/>.</summary>
    public const string SourceName = "OrderFlow";

    /// <summary>The most links of a span.</summary>
    public const int LinkLimit = 32;

    /// <summary>The span of an order that recovery resumes. No other span than this and <see cref="Expire"/> begins a trace inside a silo.</summary>
    public const string Recover = "recover order";

    /// <summary>The span of an order that expires.</summary>
    public const string Expire = "expire order";

    public static ActivitySource Source { get; } = new(SourceName);

    /// <summary>Starts a span that continues a stored trace, as of an event or a job; a root span where <paramref name="from"/> is null.</summary>
    public static Activity? Continue(string name, ActivityKind kind, TraceContext? from)
    {
        if (!Source.HasListeners()) return null;

        Activity.Current = null;   // else a default context would mean the current span
        return Source.StartActivity(name, kind, from?.ToActivityContext() ?? default);
    }

    /// <summary>Starts a span of work for several callers: a child of the first traced one's, with up to <see cref="LinkLimit"/> links to the others'.</summary>
    /// <param name="name">The span's name.</param>
    /// <param name="waiting">The callers' spans; null for those that are not traced.</param>
    public static Activity? StartShared(string name, IEnumerable<Activity?> waiting)
    {
        if (!Source.HasListeners()) return null;

        var traced = waiting.OfType<Activity>().Where(span => span.Recorded).Take(LinkLimit + 1).ToList();
        Activity.Current = null;
        return traced.Count == 0 ? null
            : Source.StartActivity(name, ActivityKind.Internal, traced[0].Context, links: traced.Skip(1).Select(span => new ActivityLink(span.Context)));
    }

    /// <summary>Tags the span as OpenTelemetry's messaging conventions say.</summary>
    /// <param name="span">The span.</param>
    /// <param name="system">Such as <c>kafka</c>.</param>
    /// <param name="operation"><c>send</c> or <c>process</c>.</param>
    /// <param name="destination">The message's topic or queue.</param>
    /// <param name="id">The message's id; null where it is unknown.</param>
    public static void Describe(this Activity? span, string system, string operation, string destination, string? id)
    {
        if (span is not { IsAllDataRequested: true }) return;

        span.SetTag("messaging.system", system);
        span.SetTag("messaging.operation.name", operation);
        span.SetTag("messaging.operation.type", operation);
        span.SetTag("messaging.destination.name", destination);
        if (id is not null) span.SetTag("messaging.message.id", id);
    }

    /// <summary>Sets the span's status to error.</summary>
    public static void Fail(this Activity? span, string reason) => span?.SetStatus(ActivityStatusCode.Error, reason);
}
