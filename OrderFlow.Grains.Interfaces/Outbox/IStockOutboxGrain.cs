using Orleans.Concurrency;

namespace OrderFlow.Outbox;

/// <summary>Publishes the events of products to Kafka, each product's in the order they were written; the key is a partition of their outbox.</summary>
[Alias("stock-outbox")]
public interface IStockOutboxGrain : IGrainWithIntegerKey
{
    /// <summary>The number of partitions; a product's events all go to one. Fixed: a change needs the outbox drained first.</summary>
    const int Partitions = 4;

    /// <summary>Notes that there may be rows to publish, and returns at once. Called by every silo after commits, and regularly, which also retries.</summary>
    [Alias("wake"), AlwaysInterleave]
    Task Wake();
}
