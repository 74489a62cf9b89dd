using System.Diagnostics;
using OpenTelemetry.Trace;

namespace OrderFlow.ServiceDefaults.Telemetry;

/// <summary>
/// Lets a trace begin only where something comes in or is taken up: a request, a message, an order that recovery found. What a silo does of its own
/// accord, such as pings and looks into the outbox many times a second, would else be traces of their own, and nearly all there are. What was not let
/// begin does not go on either, whatever sampler asks no parent: only a request from outside is judged anew, for its sender's decision is not ours.
/// </summary>
/// <param name="standard">Decides on those that may begin, and on all that is in a recorded trace already.</param>
/// <param name="others">Names of spans of no such kind that begin a trace all the same.</param>
internal sealed class RootSpanSampler(Sampler standard, params IReadOnlyCollection<string> others) : Sampler
{
    /// <summary>ASP.NET Core's name of the span of a request, while it is young.</summary>
    public const string Request = "Microsoft.AspNetCore.Hosting.HttpRequestIn";

    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        IsForTheStandard(samplingParameters) ? standard.ShouldSample(samplingParameters) : new(SamplingDecision.Drop);

    private bool IsForTheStandard(in SamplingParameters span)
    {
        var parent = span.ParentContext;
        if (parent == default) return MayBegin(span);

        return parent.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) || (parent.IsRemote && span.Name == Request);
    }

    private bool MayBegin(in SamplingParameters span) => span.Kind is ActivityKind.Server or ActivityKind.Consumer || others.Contains(span.Name);
}
