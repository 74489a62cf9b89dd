using System.Diagnostics;
using OrderFlow.Telemetry;

namespace OrderFlow.Tests.Telemetry;

/// <summary>The span of a batch that carries the writes of many orders, each with a trace of its own.</summary>
[Collection(TracingCollection.Name)]
public sealed class SharedSpans : IDisposable
{
    private readonly ActivityListener _listener = new()
    {
        ShouldListenTo = source => source.Name == Traces.SourceName,
        Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
    };

    public SharedSpans() => ActivitySource.AddActivityListener(_listener);

    [Fact]
    public void A_shared_span_is_in_the_first_trace_and_links_to_the_others_up_to_a_limit()
    {
        var orders = Enumerable.Range(0, 50).Select(_ => Begin()).ToList();

        using var shared = Traces.StartShared("batch", [null, .. orders]);

        Assert.Equal((orders[0].TraceId, orders[0].SpanId), (shared!.TraceId, shared.ParentSpanId));
        Assert.Equal(orders.Skip(1).Take(Traces.LinkLimit).Select(order => order.Context), shared.Links.Select(link => link.Context));
        Assert.Equal(50, orders.Select(order => order.TraceId).Distinct().Count());
    }

    [Fact]
    public void A_batch_without_traced_writes_has_no_span() => Assert.Null(Traces.StartShared("batch", [null, null]));

    public void Dispose() => _listener.Dispose();

    private static Activity Begin()
    {
        Activity.Current = null;
        return Traces.Source.StartActivity("order")!;
    }
}
