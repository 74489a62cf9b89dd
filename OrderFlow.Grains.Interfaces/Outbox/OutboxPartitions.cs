namespace OrderFlow.Outbox;

/// <summary>The partitions of the outbox.</summary>
public static class OutboxPartitions
{
    /// <summary>The number of partitions; an order's events all go to one. Fixed: a change needs the outbox drained first.</summary>
    public const int Count = 8;
}
