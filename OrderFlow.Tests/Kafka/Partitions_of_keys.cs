using System.Text;
using Confluent.Kafka;
using OrderFlow.Silo.Kafka;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Kafka;

public sealed class Partitions_of_keys
{
    [Theory]
    [InlineData("1", 3)]
    [InlineData("2", 8)]
    [InlineData("42", 4)]
    public void Keys_are_where_the_documentation_says(string key, int partition) =>
        Assert.Equal(partition, KafkaPartitioner.PartitionOf(Encoding.UTF8.GetBytes(key), 12));

    [Fact]
    public async Task Keys_of_every_length_are_where_the_producer_puts_them()
    {
        using var kafka = new EmbeddedKafka(partitions: 7);
        using var producer = new ProducerBuilder<string, string>(new ProducerConfig
        {
            BootstrapServers = kafka.BootstrapServers,
            Partitioner = Partitioner.Murmur2Random,
            LingerMs = 5,
        }).Build();
        var keys = Enumerable.Range(1, 19).SelectMany(digits => new[] { new string('9', digits), new string('1', digits), new string('0', digits) }).ToList();
        var produced = await Task.WhenAll(keys.Select(key => producer.ProduceAsync(Topics.Created, new() { Key = key, Value = "any" })));

        Assert.Equal(produced.Select(result => (result.Key, result.Partition.Value)), keys.Select(key => (key, KafkaPartitioner.PartitionOf(Encoding.UTF8.GetBytes(key), 7))));
    }
}
