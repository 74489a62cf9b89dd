using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Notifications;
using StackExchange.Redis;

namespace OrderFlow.Tests.Bridge;

/// <summary>An order's mail address is stored with it and with its unsent notifications, and nowhere between.</summary>
public sealed class ContactPrivacy
{
    private const string Local = "anna.privately";
    private const string Address = $"{Local}@mail.example";

    private static readonly string[] EventTypes = [.. OrderEventCatalogue.All.Select(type => type.Name)];

    [Fact]
    public async Task An_address_reaches_its_job_and_is_in_no_event_message_log_line_or_history()
    {
        var log = new LogLines();
        using var external = new ExternalSystems(log: log);
        await using var cluster = await OrderFlowCluster.Start(external: external);
        await cluster.SetStock("private", 1);
        external.Kafka.Down();
        var id = await cluster.Place(OrderFlowCluster.Command(OrderFlowCluster.Alice, ("private", 1)) with { Contact = new(Address, "de") });
        await cluster.Settled(id);
        Assert.Equal((2L, 0L), (await cluster.Scalar<long>("SELECT count(*) FROM outbox"), await cluster.Scalar<long>($"SELECT count(*) FROM outbox WHERE outbox::text LIKE '%{Local}%'")));

        external.Kafka.Up();
        var sent = (await Eventually.Get("the notification", () => Task.FromResult(external.Sender.Sent), jobs => jobs.Count > 0))[0];
        await cluster.Order(id).Delete(OrderFlowCluster.Alice);

        Assert.Equal(($"{id}-2", Address, "de"), (sent.JobId, sent.Email, sent.Locale));
        var records = await external.Kafka.ReadUntil("all events", read => read.Count >= 3, EventTypes);
        Assert.All(records, record => Assert.DoesNotContain(Local, $"{record.Key} {record.Value} {string.Join(' ', record.Headers)}", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(log.All, line => line.Contains($"Order {id} committed order.cancelled", StringComparison.Ordinal));
        Assert.DoesNotContain(log.All, line => line.Contains(Local, StringComparison.OrdinalIgnoreCase));
        await using var redis = await ConnectionMultiplexer.ConnectAsync(await external.Redis.ConnectionString());
        await Eventually.Get("the job to be completed", () => redis.GetDatabase().StreamLengthAsync(external.Keys.History), sentJobs => sentJobs == 1);
        Assert.Equal(0, await redis.GetDatabase().HashLengthAsync(external.Keys.Contacts));
        Assert.DoesNotContain((await redis.GetDatabase().StreamRangeAsync(external.Keys.History))[0].Values, field => $"{field}".Contains(Local, StringComparison.Ordinal));
    }
}
