using System.Diagnostics;
using OpenTelemetry.Trace;

namespace OrderFlow.Telemetry;

/// <summary>
/// Lets a trace begin only where something comes in or is taken up: a request, a message, an order that recovery found. What a silo does of its own
/// accord, such as pings and looks into the outbox many times a second, would else be traces of their own, and nearly all there are.
/// </summary>
/// <param name="standard">Decides on those that may begin, and on all that is in a trace already.</param>
/// <param name="others">Names of spans of no such kind that begin a trace all the same.</param>
internal sealed class BeginningsSampler(Sampler standard, params IReadOnlyCollection<string> others) : Sampler
{
    /// <inheritdoc/>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters.ParentContext != default || MayBegin(samplingParameters) ? standard.ShouldSample(samplingParameters) : new(SamplingDecision.Drop);

    private bool MayBegin(in SamplingParameters span) => span.Kind is ActivityKind.Server or ActivityKind.Consumer || others.Contains(span.Name);
}
