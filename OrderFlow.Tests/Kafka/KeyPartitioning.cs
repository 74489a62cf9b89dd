using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Orleans.Configuration;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Producer;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Kafka;

public sealed class KeyPartitioning
{
    private const string Digits = "1234567890123456789";

    [Theory]
    [InlineData("1", 3)]
    [InlineData("2", 8)]
    [InlineData("42", 4)]
    public void Keys_have_the_partitions_of_the_documentation(string key, int partition) =>
        Assert.Equal(partition, KafkaPartitioner.PartitionOf(Encoding.UTF8.GetBytes(key), 12));

    [Fact]
    public async Task Keys_of_every_length_have_the_partition_that_the_producer_chooses()
    {
        using var kafka = new EmbeddedKafka(partitions: 7);
        using var producer = new KafkaProducer(
            Options.Create(new KafkaOptions { BootstrapServers = kafka.BootstrapServers }),
            Options.Create(new SiloOptions { SiloName = "silo-1" }),
            new KafkaAvailability(TimeProvider.System, NullLogger<KafkaAvailability>.Instance),
            new RecordClock(TimeProvider.System, NullLogger<RecordClock>.Instance),
            NullLogger<KafkaProducer>.Instance);
        var keys = Enumerable.Range(1, Digits.Length).SelectMany(digits => new[] { new string('9', digits), new string('0', digits), Digits[..digits] }).ToList();

        Assert.All(
            await Task.WhenAll(keys.Select(key => producer.Send(Topics.Created, new() { Key = Encoding.UTF8.GetBytes(key), Value = [] }))),
            Assert.Null);

        Assert.Equal(
            keys.Select(key => (key, KafkaPartitioner.PartitionOf(Encoding.UTF8.GetBytes(key), 7))).Order(),
            (await kafka.ReadAll(Topics.Created)).Select(record => (record.Key!, record.Partition)).Order());
    }
}
