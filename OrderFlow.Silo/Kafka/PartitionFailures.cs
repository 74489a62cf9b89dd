using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka;

/// <summary>Kafka partitions that took no message lately. Not thread-safe.</summary>
internal sealed class PartitionFailures(TimeProvider time, TimeSpan retention)
{
    private readonly Dictionary<TopicPartition, Failure> _failures = [];

    /// <summary>The number of partitions. Forgets those whose last failure is longer ago than the retention.</summary>
    public int Count
    {
        get
        {
            foreach (var (partition, failure) in _failures)
            {
                if (time.GetElapsedTime(failure.LastAt) > retention) _failures.Remove(partition);
            }

            return _failures.Count;
        }
    }

    public void Add(TopicPartition partition, string reason)
    {
        var now = time.GetTimestamp();
        _failures[partition] = new(reason, _failures.TryGetValue(partition, out var before) ? before.FirstAt : now, now);
    }

    public bool Remove(TopicPartition partition) => _failures.Count > 0 && _failures.Remove(partition);

    /// <summary>The partitions that have failed for at least this long.</summary>
    public IReadOnlyList<TopicPartition> For(TimeSpan period) =>
        [.. _failures.Where(failure => time.GetElapsedTime(failure.Value.FirstAt) >= period).Select(failure => failure.Key)];

    /// <summary>Describes them: their number, and the failure of one.</summary>
    public string Describe()
    {
        var (partition, failure) = _failures.First();
        return $"{_failures.Count} partitions take no messages, such as {NameOf(partition)}: {failure.Reason}";
    }

    public static string NameOf(TopicPartition partition) =>
        partition.Partition == Partition.Any ? partition.Topic : $"{partition.Topic}/{partition.Partition.Value}";

    private readonly record struct Failure(string Reason, long FirstAt, long LastAt);
}
