namespace OrderFlow.Outbox;

/// <summary>The Kafka partitions that events of an outbox partition go to, and how many events may be in flight to each.</summary>
internal sealed class KafkaPartitionStates
{
    private readonly Dictionary<int, KafkaPartitionState> _partitions = [];

    public KafkaPartitionState this[int partition] =>
        _partitions.TryGetValue(partition, out var state) ? state : _partitions[partition] = new();

    /// <summary>Events in flight to responsive partitions.</summary>
    public int InFlight(TimeSpan now) => _partitions.Values.Where(partition => !partition.IsUnresponsive(now)).Sum(partition => partition.InFlight);

    /// <summary>Takes the orders whose next event may be sent now, and counts these events as in flight.</summary>
    /// <param name="now">The time.</param>
    /// <param name="maxInFlight">The maximum number of events in flight to all responsive partitions.</param>
    /// <param name="canTake">Asked before each order.</param>
    public IEnumerable<long> TakeReady(TimeSpan now, int maxInFlight, Func<bool> canTake)
    {
        var permits = maxInFlight - InFlight(now);
        foreach (var partition in _partitions.Values)
        {
            var isUnresponsive = partition.IsUnresponsive(now);
            while (partition.Ready.Count > 0 && canTake() && (isUnresponsive ? partition.InFlight < KafkaPartitionState.MaxProbes : permits > 0))
            {
                partition.Send(now);
                if (!isUnresponsive) permits--;
                yield return partition.Ready.Dequeue();
            }
        }
    }
}
