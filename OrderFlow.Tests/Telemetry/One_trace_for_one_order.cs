using OrderFlow.Tests.Api;
using Xunit.Abstractions;

namespace OrderFlow.Tests.Telemetry;

/// <summary>Whatever is done for an order, from the request that places it to the notification that was sent, stands in one trace.</summary>
[Collection(TracingCollection.Name)]
public sealed class One_trace_for_one_order(ITestOutputHelper output)
{
    [Fact]
    public async Task From_the_request_to_the_sent_notification()
    {
        var spans = new SpanLog();
        await using var system = await WholeSystem.Start(spans);
        await system.SetStock("traced", 1);

        using var alice = system.Api.As(Tokens.Alice);
        var id = await alice.Place("alice", ("traced", 1));
        await alice.Settled(id);
        var sent = await spans.Await("process notifications");

        var trace = spans.Of(sent.TraceId);
        output.WriteLine(TraceTree.Print(trace));
        Assert.Fail(TraceTree.Print(trace) + "\nOTHERS\n" + string.Join("\n", spans.All.Where(s => s.TraceId != sent.TraceId).GroupBy(s => $"{s.Source.Name} {s.DisplayName} root={s.ParentSpanId == default}").Select(g => $"{g.Key} {g.Count()}")));
    }
}
