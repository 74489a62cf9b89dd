using System.Diagnostics;
using OpenTelemetry.Trace;
using OrderFlow.ServiceDefaults.Telemetry;

namespace OrderFlow.Tests.Telemetry;

/// <summary>Which spans begin a trace, and which traces are recorded.</summary>
public sealed class Sampling_traces
{
    private static readonly ActivityTraceId Trace = ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c");

    [Theory]
    [InlineData("POST /orders", ActivityKind.Server, true)]
    [InlineData("process order.reserved", ActivityKind.Consumer, true)]
    [InlineData("recover order", ActivityKind.Internal, true)]
    [InlineData("IOutboxPartitionGrain/Wake", ActivityKind.Client, false)]
    [InlineData("postgresql", ActivityKind.Client, false)]
    [InlineData("batch orders", ActivityKind.Internal, false)]
    public void A_trace_begins_only_with_what_comes_in_or_is_taken_up(string name, ActivityKind kind, bool begins) =>
        Assert.Equal(begins, IsRecorded(new(), name, kind, parent: default));

    [Theory]
    [InlineData(ActivityTraceFlags.Recorded, true)]
    [InlineData(ActivityTraceFlags.None, false)]
    public void In_a_trace_the_first_has_decided(ActivityTraceFlags flags, bool isRecorded) =>
        Assert.Equal(isRecorded, IsRecorded(new(), "postgresql", ActivityKind.Client, new(Trace, ActivitySpanId.CreateRandom(), flags, isRemote: true)));

    [Theory]
    [InlineData("always_on", "1.0", true)]
    [InlineData("ALWAYS_OFF", "1.0", false)]
    [InlineData("traceidratio", "1", true)]
    [InlineData("traceidratio", "0.0", false)]
    [InlineData("parentbased_always_off", "1.0", false)]
    [InlineData("parentbased_traceidratio", "0", false)]
    [InlineData("parentbased_traceidratio", "1e0", true)]
    public void The_standard_variables_say_how_many(string sampler, string ratio, bool isRecorded) =>
        Assert.Equal(isRecorded, IsRecorded(new() { Sampler = sampler, Ratio = ratio }, "POST /orders", ActivityKind.Server, parent: default));

    /// <summary>Nobody may record the rest of what was not let begin, and a customer's flag is not ours.</summary>
    [Theory]
    [InlineData("always_on", "postgresql", ActivityKind.Client, false, false)]
    [InlineData("always_on", "IOutboxPartitionGrain/Wake", ActivityKind.Server, true, false)]
    [InlineData("traceidratio", "process order.reserved", ActivityKind.Consumer, true, false)]
    [InlineData("always_on", RootSpanSampler.Request, ActivityKind.Server, true, true)]
    [InlineData("traceidratio", RootSpanSampler.Request, ActivityKind.Server, true, true)]
    [InlineData("parentbased_always_on", RootSpanSampler.Request, ActivityKind.Server, true, false)]
    public void What_is_not_recorded_goes_on_unrecorded_but_for_a_request(string sampler, string name, ActivityKind kind, bool isRemote, bool isRecorded) =>
        Assert.Equal(isRecorded, IsRecorded(new() { Sampler = sampler }, name, kind, new(Trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.None, isRemote: isRemote)));

    private static bool IsRecorded(OpenTelemetryOptions settings, string name, ActivityKind kind, ActivityContext parent) =>
        new RootSpanSampler(settings.CreateSampler().Sampler!, "recover order")
            .ShouldSample(new SamplingParameters(parent, Trace, name, kind)).Decision == SamplingDecision.RecordAndSample;
}
