using Confluent.Kafka;
using OrderFlow.Silo.Kafka.Producer;

namespace OrderFlow.Silo.Kafka;

/// <summary>Whether Kafka, and each of its partitions, acknowledges messages. Logs each change once.</summary>
internal sealed partial class KafkaAvailability(TimeProvider time, ILogger<KafkaAvailability> log)
{
    /// <summary>How long a message without acknowledgement outweighs answers to other requests, which brokers with too few replicas still give.</summary>
    public static readonly TimeSpan FailureRetention = 2 * KafkaProducer.MessageTimeout;

    /// <summary>How long a cause is reported in place of "brokers are down": longer than the client takes to report it again.</summary>
    public static readonly TimeSpan CauseRetention = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly PartitionFailures _failing = new(time, FailureRetention);
    private readonly Outage _outage = new();
    private readonly Outage _partitionOutage = new();
    private string? _reason = "it has acknowledged nothing yet";
    private DateTimeOffset _since = time.GetUtcNow();
    private long? _notAcknowledgedAt;
    private long? _acknowledgedAt;
    private Error? _cause;
    private long _causeAt;

    /// <summary>Why Kafka is unavailable, and since when; null while it is available.</summary>
    public string? UnavailableReason => Locked(() => _reason is null ? null : $"unavailable since {_since:u}: {_reason}");

    /// <summary>Why Kafka is unavailable, or which of its partitions take no messages; null while all do.</summary>
    public string? Problem => Locked(() => UnavailableReason ?? (CountFailing() == 0 ? null : _failing.Describe()));

    /// <summary>True once Kafka has acknowledged a message.</summary>
    public bool IsAvailable => Locked(() => _reason is null);

    /// <summary>Kafka partitions that took no message lately.</summary>
    public int FailingPartitions => Locked(CountFailing);

    private Error? Cause => _cause is not null && time.GetElapsedTime(_causeAt) < CauseRetention ? _cause : null;

    /// <summary>Partitions that have taken no message for at least this long, in several attempts.</summary>
    public IReadOnlyList<TopicPartition> FailingFor(TimeSpan period) => Locked(() => CountFailing() == 0 ? [] : _failing.For(period));

    /// <summary>Notes that a message was acknowledged.</summary>
    public void Acknowledged(TopicPartition? partition = null)
    {
        lock (_lock)
        {
            _acknowledgedAt = time.GetTimestamp();
            if (partition is not null && _failing.Remove(partition)) CountFailing();
            MarkAvailable();
        }
    }

    /// <summary>Notes that Kafka answered a request other than a message. It is available, unless a message was not acknowledged just now.</summary>
    public void Responded()
    {
        lock (_lock)
        {
            if (_notAcknowledgedAt is null || time.GetElapsedTime(_notAcknowledgedAt.Value) >= FailureRetention) MarkAvailable();
        }
    }

    /// <summary>Notes that a message was not acknowledged. Kafka is unavailable, unless it acknowledges others meanwhile: then the partition is.</summary>
    public void NotAcknowledged(string reason, TopicPartition? partition = null)
    {
        lock (_lock)
        {
            if (partition is not null)
            {
                _failing.Add(partition, Cause?.Reason ?? reason);
                if (_reason is null && _acknowledgedAt is { } at && time.GetElapsedTime(at) < KafkaProducer.MessageTimeout)
                {
                    if (_partitionOutage.Begin()) LogPartitionFailing(PartitionFailures.NameOf(partition), Cause?.Reason ?? reason);
                    return;
                }
            }

            _notAcknowledgedAt = time.GetTimestamp();
            Unreachable(reason);
        }
    }

    /// <summary>Notes that Kafka cannot be reached.</summary>
    public void Unreachable(string reason)
    {
        lock (_lock)
        {
            if (_reason is null) _since = time.GetUtcNow();
            _reason = Cause?.Reason ?? reason;
            if (_outage.Begin(Cause?.Code.ToString() ?? _outage.Reason ?? "")) LogUnavailable(_reason);   // again for another cause, not for another text
        }
    }

    /// <summary>Notes an error of the client. One that an operator has to repair becomes the reported reason: afterwards the client only says "brokers are down".</summary>
    public void ReportError(Error error)
    {
        if (!IsCause(error)) return;

        lock (_lock)
        {
            (_cause, _causeAt) = (error, time.GetTimestamp());
            if (_reason is not null) Unreachable(error.Reason);
        }
    }

    /// <summary>Whether an operator has to repair it. The wrong security protocol has no error code: the broker disconnects, and only the text hints at it.</summary>
    private static bool IsCause(Error error) =>
        error.Code is Confluent.Kafka.ErrorCode.Local_Authentication or Confluent.Kafka.ErrorCode.SaslAuthenticationFailed
            or Confluent.Kafka.ErrorCode.Local_Ssl or Confluent.Kafka.ErrorCode.Local_Resolve
        || error.Reason.Contains("SSL_HANDSHAKE", StringComparison.Ordinal) || error.Reason.Contains("security.protocol", StringComparison.Ordinal);

    private T Locked<T>(Func<T> read)
    {
        lock (_lock) return read();
    }

    private void MarkAvailable()
    {
        (_notAcknowledgedAt, _cause, _reason) = (null, null, null);
        if (_outage.End()) LogAvailable((time.GetUtcNow() - _since).TotalSeconds);
    }

    /// <summary>Counts the failing partitions, and logs once there are none any more.</summary>
    private int CountFailing()
    {
        var count = _failing.Count;
        if (count == 0 && _partitionOutage.End()) LogNoPartitionFailing();
        return count;
    }

    [LoggerMessage(LogLevel.Warning, "Kafka is unavailable: {Reason}. Orders continue; their events wait in the outbox")]
    private partial void LogUnavailable(string reason);

    [LoggerMessage(LogLevel.Information, "Kafka is available again after {Seconds:0.#} s")]
    private partial void LogAvailable(double seconds);

    [LoggerMessage(LogLevel.Warning, "Kafka partition {Partition} takes no messages, and others may not either: {Reason}. Their events wait in the outbox; events of other partitions are published")]
    private partial void LogPartitionFailing(string partition, string reason);

    [LoggerMessage(LogLevel.Information, "All Kafka partitions take messages again")]
    private partial void LogNoPartitionFailing();
}
