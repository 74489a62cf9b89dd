using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Orleans.Configuration;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Producer;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Kafka;

/// <summary>The connectivity check of a silo's start.</summary>
public sealed class ConnectivityChecks
{
    private const string SiloName = "silo-1";
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Pass_while_any_partition_of_the_test_topic_has_a_leader()
    {
        const int Partitions = 2;
        using var kafka = new EmbeddedKafka(Partitions);
        kafka.SetLeader(Topics.Test, KafkaPartitioner.PartitionOf(Encoding.UTF8.GetBytes(SiloName), Partitions), -1);
        await using var services = new ServiceCollection()
            .AddLogging().AddOptions()
            .AddSingleton(TimeProvider.System)
            .Configure<KafkaOptions>(options => options.BootstrapServers = kafka.BootstrapServers)
            .Configure<SiloOptions>(options => options.SiloName = SiloName)
            .AddSingleton<KafkaAvailability>().AddSingleton<RecordClock>().AddSingleton<KafkaProducer>().AddSingleton<TopicCreation>().AddSingleton<ConnectivityCheck>()
            .BuildServiceProvider();
        var check = services.GetRequiredService<ConnectivityCheck>();

        await check.StartAsync(CancellationToken.None);
        await check.Passed.WaitAsync(Deadline);
        await check.StopAsync(CancellationToken.None);

        Assert.Null(Assert.Single(await kafka.ReadUntil("the test message", read => read.Count > 0, Topics.Test)).Key);
    }
}
