using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Notifications;
using OrderFlow.Silo.Kafka;
using OrderFlow.Telemetry;
using OrderFlow.Tests.Api;
using StackExchange.Redis;

namespace OrderFlow.Tests.Telemetry;

/// <summary>Tracing that is off, or was off when a job was queued.</summary>
[Collection(TracingCollection.Name)]
public sealed class Untraced
{
    [Fact]
    public async Task Without_an_endpoint_no_trace_is_created_stored_or_sent()
    {
        await using var system = await WholeSystem.Start();
        Assert.False(Traces.Source.HasListeners());
        await system.SetStock("untraced", 1);
        system.External.Kafka.Down();
        using var alice = system.Api.As(Tokens.Alice);
        alice.DefaultRequestHeaders.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        var id = await alice.Place("alice", ("untraced", 1));
        await alice.Settled(id);
        await using (var command = system.Database.CreateCommand("SELECT count(traceparent) FROM outbox"))
            Assert.Equal(0L, await command.ExecuteScalarAsync());

        system.External.Kafka.Up();
        await OrderTrace.Sent(system, id);

        Assert.Null(system.External.Sender.Sent.Single(job => job.OrderId == id).Trace);
        var record = Assert.Single(await system.External.Kafka.ReadUntil("the event", read => read.Count > 0, Topics.Reserved));
        Assert.DoesNotContain("traceparent", record.Headers.Keys);
    }

    [Fact]
    public async Task A_job_that_was_queued_without_a_trace_is_sent_and_begins_one()
    {
        var spans = new SpanLog();
        await using var system = await WholeSystem.Start(spans);

        // As versions without tracing wrote it.
        using var redis = await ConnectionMultiplexer.ConnectAsync(await system.External.Redis.ConnectionString());
        await redis.GetDatabase().StreamAddAsync(
            system.External.Keys.Jobs,
            [new("id", "7-2"), new("order", 7), new("user", "alice"), new("type", "order.reserved"), new("message", "old"), new("attempts", 0)]);
        await OrderTrace.Sent(system, 7);

        var span = await spans.Await("process notifications");
        Assert.Equal(default, span.ParentSpanId);
        Assert.Equal(["notify customer", "process notifications"], (await spans.AwaitTrace(span.TraceId, 2)).Select(one => one.DisplayName).Order());
    }

    [Fact]
    public async Task A_job_keeps_its_trace_through_failures_and_as_a_dead_letter()
    {
        var spans = new SpanLog();
        await using var system = await WholeSystem.Start(spans);
        var queue = system.SiloServices.GetRequiredService<INotificationQueue>();
        system.External.Sender.Fails = true;
        var from = new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", "shop=42");

        await queue.Enqueue(new("8-2", 8, "alice", "order.reserved", "again", from));
        await Fixtures.Eventually.Get("the job to be dead-lettered", queue.GetStats, stats => stats.DeadLetters == 1);
        system.External.Sender.Fails = false;
        await queue.Replay("8-2");
        await OrderTrace.Sent(system, 8);

        Assert.Equal(from, system.External.Sender.Sent.Single(job => job.OrderId == 8).Trace);
        var attempts = (await spans.AwaitTrace(ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"), 8)).Where(span => span.DisplayName == "process notifications");
        Assert.Equal([1, 2, 3, 1], attempts.Select(span => span.GetTagItem("orderflow.notification.attempt")));
        Assert.All(attempts, span => Assert.Equal("b7ad6b7169203331", span.ParentSpanId.ToHexString()));
    }
}
