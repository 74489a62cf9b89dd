using Confluent.Kafka;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Silo.Kafka;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Kafka;

/// <summary>What somebody has to repair is named, not that brokers are down.</summary>
public sealed class Causes_of_outages
{
    [Fact]
    public async Task A_host_that_is_not_known() =>
        Assert.Contains("Failed to resolve 'kafka.invalid:9092'", await Trouble(options => options.BootstrapServers = "kafka.invalid:9092", "resolve"), StringComparison.Ordinal);

    [Fact]
    public async Task A_broker_that_does_not_speak_TLS()
    {
        using var kafka = new EmbeddedKafka(partitions: 1);
        Assert.Contains(
            "SSL handshake failed",
            await Trouble(
                options =>
                {
                    options.BootstrapServers = kafka.BootstrapServers;
                    options.SecurityProtocol = SecurityProtocol.Ssl;
                },
                "SSL"),
            StringComparison.Ordinal);
    }

    private static async Task<string> Trouble(Action<KafkaOptions> configure, string word)
    {
        await using var services = new ServiceCollection()
            .AddLogging().AddOptions()
            .AddSingleton(TimeProvider.System)
            .Configure(configure)
            .AddSingleton<KafkaState>().AddSingleton<KafkaProducer>()
            .BuildServiceProvider();
        var state = services.GetRequiredService<KafkaState>();
        services.GetRequiredService<KafkaProducer>().Send(Topics.Test, new() { Key = [1], Value = [1] }, _ => { });
        await Eventually.Get("the cause", () => Task.FromResult(state.Trouble), trouble => trouble?.Contains(word, StringComparison.Ordinal) == true);
        state.Failed("2/2 brokers are down");
        return state.Trouble!;
    }
}
