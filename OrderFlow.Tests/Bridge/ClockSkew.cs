using Confluent.Kafka;
using OrderFlow.Silo.Kafka;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Bridge;

/// <summary>A silo publishes everything, also when its clock or the brokers' clock is wrong.</summary>
public sealed class ClockSkew : IAsyncLifetime
{
    private const short Produce = 0;
    private const int InvalidTimestamp = 32;
    private static readonly TimeSpan Shift = TimeSpan.FromHours(2);

    private readonly PostgresServer _server = new();
    private readonly ExternalSystems _external = new();
    private OrderFlowCluster? _cluster;

    public async Task InitializeAsync()
    {
        _external.Kafka.FailRequests(Produce, InvalidTimestamp);
        _cluster = await OrderFlowCluster.Start(silos: 1, _server, external: _external);
    }

    public async Task DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        _external.Dispose();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task Delays_neither_the_test_message_nor_dead_letters()
    {
        var test = await _external.Kafka.ReadUntil("the test message", read => read.Count > 0, Topics.Test);
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig { BootstrapServers = _external.Kafka.BootstrapServers }).Build();
        await producer.ProduceAsync(Topics.Reserved, new() { Key = "poison", Value = "{not json" });
        var letters = await _external.Kafka.ReadUntil("a dead letter", read => read.Count > 0, Topics.DeadLetter);

        var latest = DateTimeOffset.UtcNow - Shift;
        Assert.InRange(Assert.Single(test).Time, latest.AddMinutes(-10), latest);
        Assert.InRange(Assert.Single(letters).Time, latest.AddMinutes(-10), latest);
    }
}
