using System.Diagnostics;
using System.Globalization;
using OrderFlow.ServiceDefaults.Telemetry;
using OrderFlow.Silo.Kafka;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;
using Xunit.Abstractions;

namespace OrderFlow.Tests.Telemetry;

/// <summary>One trace holds all work for an order, from the request that places it to the notification.</summary>
[Collection(TracingCollection.Name)]
public sealed class OrderTrace(ITestOutputHelper output)
{
    private const string FromRequestToNotification = """
        POST /orders/ (server)
          IOrderGrain/Place (client)
            IOrderGrain/Place (server)
              IOrderGrain/Resume (client)
                IOrderGrain/Resume (server)
                  IStockItemGrain/Reserve (client)
                    IStockItemGrain/Reserve (server)
                      write stock (internal)
                        commit stock (internal)
                          batch stock (internal)
                            postgresql (client)
                  commit orders (internal)
                    batch orders (internal)
                      postgresql (client)
                  process order.reserved (consumer)
                    INotificationGrain/Notify (client)
                      INotificationGrain/Notify (server)
                        IOrderFulfilmentGrain/GetContact (client)
                          IOrderFulfilmentGrain/GetContact (server)
                        process notifications (consumer)
                          notify customer (client)
                        send notifications (producer)
                  send order.reserved (producer)
              commit orders (internal)
                batch orders (internal)
                  postgresql (client)
              send order.created (producer)

        """;

    [Fact]
    public async Task One_trace_spans_the_request_and_the_notification()
    {
        var spans = new SpanLog();
        await using var system = await WholeSystem.Start(spans);
        await system.SetStock("traced", 2);
        using var alice = system.Api.As(Tokens.Alice);
        await alice.Settled(await alice.Place("alice", ("traced", 1)));   // the first order also fetches ids for others
        await spans.Await("process notifications");

        await alice.Place("alice", ("traced", 1));

        var sent = await spans.Await("process notifications", times: 2);
        var trace = await spans.AwaitTrace(sent.TraceId, FromRequestToNotification.Split('\n').Length - 1);
        output.WriteLine(TraceTree.Times(trace));
        Assert.Equal(FromRequestToNotification, TraceTree.Names(trace));
    }

    [Fact]
    public async Task An_event_has_its_stored_trace_also_when_it_is_published_again()
    {
        var spans = new SpanLog();
        await using var system = await WholeSystem.Start(spans);
        await system.SetStock("traced", 1);
        await Quiet(system);
        system.External.Kafka.Down();
        system.Faults.Fail("after publish");
        using var alice = system.Api.As(Tokens.Alice);
        var id = await alice.Place("alice", ("traced", 1));
        await alice.Settled(id);
        var stored = await StoredTraces(system, id);

        system.External.Kafka.Up();

        var records = await system.External.Kafka.ReadUntil("both events", read => read.Select(record => record.Topic).Distinct().Count() == 2, Topics.Created, Topics.Reserved);
        await Quiet(system);
        Assert.Equal(1, system.Faults.Count);
        Assert.Equal(2, stored.Count);
        Assert.All(records, record => Assert.Equal((stored[record.Topic], Absent), (record.Headers["traceparent"], record.Headers.GetValueOrDefault("tracestate", Absent))));
        Assert.Single(stored.Values.Select(traceParent => ActivityContext.Parse(traceParent, traceState: null).TraceId).Distinct());
    }

    [Fact]
    public async Task The_trace_of_the_caller_continues_and_its_state_reaches_the_event()
    {
        var spans = new SpanLog();
        await using var system = await WholeSystem.Start(spans);
        await system.SetStock("traced", 1);
        using var alice = system.Api.As(Tokens.Alice);
        alice.DefaultRequestHeaders.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        alice.DefaultRequestHeaders.Add("tracestate", "shop=42");

        await alice.Place("alice", ("traced", 1));

        var record = Assert.Single(await system.External.Kafka.ReadUntil("the event", read => read.Count > 0, Topics.Reserved));
        Assert.Equal(("0af7651916cd43dd8448eb211c80319c", "shop=42"), (record.Headers["traceparent"][3..35], record.Headers["tracestate"]));
        Assert.Equal("0af7651916cd43dd8448eb211c80319c", (await spans.Await("process notifications")).TraceId.ToHexString());
    }

    /// <summary>An unrecorded trace must not begin again on its way, even where the sampler records everything.</summary>
    [Fact]
    public async Task A_trace_that_its_caller_does_not_record_is_not_recorded()
    {
        var spans = new SpanLog();
        await using var system = await WholeSystem.Start(spans);
        await system.SetStock("traced", 1);
        await Quiet(system);
        var before = spans.All.Count;
        using var alice = system.Api.As(Tokens.Alice);
        alice.DefaultRequestHeaders.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");

        var id = await alice.Place("alice", ("traced", 1));
        await Sent(system, id);

        Assert.Equal(before, spans.All.Count);
    }

    /// <summary>The whole order, without the background work of silos.</summary>
    [Fact]
    public async Task A_sampler_that_ignores_the_parent_records_a_trace_that_its_caller_does_not()
    {
        var spans = new SpanLog();
        await using var system = await WholeSystem.Start(spans, (OpenTelemetryVariables.Sampler, "always_on"));
        await system.SetStock("traced", 1);
        using var alice = system.Api.As(Tokens.Alice);
        alice.DefaultRequestHeaders.Add("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00");

        await alice.Place("alice", ("traced", 1));

        await spans.AwaitTrace(ActivityTraceId.CreateFromString("0af7651916cd43dd8448eb211c80319c"), "process notifications");
        Assert.DoesNotContain(spans.All, span => span.DisplayName.Contains("IOutboxPartitionGrain", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_order_that_recovery_resumes_begins_a_new_trace()
    {
        var spans = new SpanLog();
        await using var system = await WholeSystem.Start(spans);
        await system.SetStock("traced", 1);
        system.Faults.Fail("before call Reserve");
        using var alice = system.Api.As(Tokens.Alice);

        var id = await alice.Place("alice", ("traced", 1));
        await Sent(system, id);

        var published = await spans.Await("send order.reserved");
        var root = Assert.Single(await spans.AwaitTrace(published.TraceId, "recover order"), span => span.ParentSpanId == default);
        Assert.Equal("recover order", root.DisplayName);
        Assert.NotEqual((await spans.Await("send order.created")).TraceId, published.TraceId);
    }

    [Fact]
    public async Task An_order_that_expires_begins_a_new_trace()
    {
        var spans = new SpanLog();
        await using var system = await WholeSystem.Start(spans);
        await using var expired = system.Database.CreateCommand("""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version, expires_at)
            VALUES (42, 'alice', 'reserved', '[{"productId": "traced", "quantity": 1}]', 1, 1, false, '[]', now(), now(), 2, now() - interval '1 second')
            """);
        await expired.ExecuteNonQueryAsync();

        var published = await spans.Await("send order.cancelled");

        var root = Assert.Single(await spans.AwaitTrace(published.TraceId, "expire order"), span => span.ParentSpanId == default);
        Assert.Equal("expire order", root.DisplayName);
    }

    private const string Absent = "";

    internal static Task Sent(WholeSystem system, long id) => Eventually.Get(
        $"the notification of order {id} to be sent", () => Task.FromResult(system.External.Sender.Sent.Count(job => job.OrderId == id)), sent => sent == 1);

    private static async Task Quiet(WholeSystem system)
    {
        await using var count = system.Database.CreateCommand("SELECT count(*) FROM outbox");
        await Eventually.Get("the outbox to be empty", async () => (long)(await count.ExecuteScalarAsync())!, rows => rows == 0);
    }

    private static async Task<Dictionary<string, string>> StoredTraces(WholeSystem system, long id)
    {
        await using var command = system.Database.CreateCommand("SELECT type, traceparent FROM outbox WHERE aggregateid = $1");
        command.Parameters.Add(new() { Value = id.ToString(CultureInfo.InvariantCulture) });
        await using var rows = await command.ExecuteReaderAsync();
        var stored = new Dictionary<string, string>();
        while (await rows.ReadAsync()) stored.Add(rows.GetString(0), rows.GetString(1));
        return stored;
    }
}
