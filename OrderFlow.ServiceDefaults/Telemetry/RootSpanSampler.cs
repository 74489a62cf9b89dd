using System.Diagnostics;
using OpenTelemetry.Trace;

namespace OrderFlow.ServiceDefaults.Telemetry;

/// <summary>
/// Starts a trace only for work that comes from outside or is picked up: a request, a message, an order that recovery resumes or that expires. A silo's own background calls,
/// many a second, would otherwise be traces of their own. A span that is not recorded has no recorded children; only a request from outside is sampled afresh.
/// </summary>
/// <param name="sampler">Decides for root spans, and for spans in a recorded trace.</param>
/// <param name="rootSpans">Names of internal spans that may also start a trace.</param>
internal sealed class RootSpanSampler(Sampler sampler, params IReadOnlyCollection<string> rootSpans) : Sampler
{
    /// <summary>ASP.NET Core's name of a request's span when it is started.</summary>
    public const string Request = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        MaySample(samplingParameters) ? sampler.ShouldSample(samplingParameters) : new(SamplingDecision.Drop);

    private bool MaySample(in SamplingParameters span)
    {
        var parent = span.ParentContext;
        if (parent == default) return span.Kind is ActivityKind.Server or ActivityKind.Consumer || rootSpans.Contains(span.Name);

        return parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) || (parent.IsRemote && span.Name == Request);
    }
}
