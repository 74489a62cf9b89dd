using System.Diagnostics;
using OpenTelemetry.Trace;
using OrderFlow.ServiceDefaults.Telemetry;

namespace OrderFlow.Tests.Telemetry;

/// <summary>Which spans begin a trace and which traces are recorded.</summary>
public sealed class TraceSampling
{
    private static readonly ActivityTraceId Trace = ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c");

    [Theory]
    [InlineData("POST /orders", ActivityKind.Server, true)]
    [InlineData("process order.reserved", ActivityKind.Consumer, true)]
    [InlineData("recover order", ActivityKind.Internal, true)]
    [InlineData("expire order", ActivityKind.Internal, true)]
    [InlineData("IOutboxPartitionGrain/Wake", ActivityKind.Client, false)]
    [InlineData("postgresql", ActivityKind.Client, false)]
    [InlineData("batch orders", ActivityKind.Internal, false)]
    public void Only_requests_consumed_events_and_resumed_or_expiring_orders_begin_a_trace(string name, ActivityKind kind, bool begins) =>
        Assert.Equal(begins, IsRecorded(new(), name, kind, parent: default));

    [Theory]
    [InlineData(ActivityTraceFlags.Recorded, true)]
    [InlineData(ActivityTraceFlags.None, false)]
    public void A_span_follows_the_decision_of_its_trace(ActivityTraceFlags flags, bool isRecorded) =>
        Assert.Equal(isRecorded, IsRecorded(new(), "postgresql", ActivityKind.Client, new(Trace, ActivitySpanId.CreateRandom(), flags, isRemote: true)));

    [Theory]
    [InlineData("always_on", "1.0", true)]
    [InlineData("ALWAYS_OFF", "1.0", false)]
    [InlineData("traceidratio", "1", true)]
    [InlineData("traceidratio", "0.0", false)]
    [InlineData("parentbased_always_off", "1.0", false)]
    [InlineData("parentbased_traceidratio", "0", false)]
    [InlineData("parentbased_traceidratio", "1e0", true)]
    public void The_OpenTelemetry_variables_select_the_sampler(string sampler, string ratio, bool isRecorded) =>
        Assert.Equal(isRecorded, IsRecorded(new() { Sampler = sampler, SamplerRatio = ratio }, "POST /orders", ActivityKind.Server, parent: default));

    /// <summary>No part of an unrecorded trace is recorded later, and the flag of a client does not decide for this system.</summary>
    [Theory]
    [InlineData("always_on", "postgresql", ActivityKind.Client, false, false)]
    [InlineData("always_on", "IOutboxPartitionGrain/Wake", ActivityKind.Server, true, false)]
    [InlineData("traceidratio", "process order.reserved", ActivityKind.Consumer, true, false)]
    [InlineData("always_on", RootSpanSampler.Request, ActivityKind.Server, true, true)]
    [InlineData("traceidratio", RootSpanSampler.Request, ActivityKind.Server, true, true)]
    [InlineData("parentbased_always_on", RootSpanSampler.Request, ActivityKind.Server, true, false)]
    public void An_unrecorded_trace_stays_unrecorded_except_for_a_request(string sampler, string name, ActivityKind kind, bool isRemote, bool isRecorded) =>
        Assert.Equal(isRecorded, IsRecorded(new() { Sampler = sampler }, name, kind, new(Trace, ActivitySpanId.CreateRandom(), ActivityTraceFlags.None, isRemote: isRemote)));

    private static bool IsRecorded(TelemetryOptions options, string name, ActivityKind kind, ActivityContext parent) =>
        new RootSpanSampler(options.CreateSampler().Sampler!, "recover order", "expire order")
            .ShouldSample(new SamplingParameters(parent, Trace, name, kind)).Decision == SamplingDecision.RecordAndSample;
}
