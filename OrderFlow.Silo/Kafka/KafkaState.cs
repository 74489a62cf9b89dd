using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka;

/// <summary>Whether Kafka acknowledges what it is sent, or some of its partitions do not. Said in the log once when that changes.</summary>
internal sealed partial class KafkaState(TimeProvider time, ILogger<KafkaState> log)
{
    /// <summary>How long after a message was not taken an answer to something else proves nothing: longer than whoever wants it sent needs to try again.</summary>
    public static readonly TimeSpan RefusalLasts = 2 * KafkaProducer.Patience;

    /// <summary>How long a cause that needs repair is named in place of "brokers are down": longer than the client takes to meet it again.</summary>
    public static readonly TimeSpan CauseRetention = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly Dictionary<TopicPartition, Failing> _failing = [];
    private string? _away = "it has acknowledged nothing yet";
    private DateTimeOffset _since = time.GetUtcNow();
    private bool _isSaid;
    private bool _isFailingSaid;
    private long? _refusedAt;
    private long? _acknowledgedAt;
    private Error? _cause;
    private Confluent.Kafka.ErrorCode? _causeSaid;
    private long _causeAt;

    /// <summary>Why Kafka is away, and since when; null while it is there.</summary>
    public string? Away
    {
        get
        {
            lock (_lock) return _away is null ? null : $"away since {_since:u}: {_away}";
        }
    }

    /// <summary>Why Kafka is away, or which of its partitions take no messages; null while all is well.</summary>
    public string? Trouble
    {
        get
        {
            lock (_lock)
            {
                if (Away is { } away) return away;
                return FirstFailing() is { } first ? $"{_failing.Count} partitions take no messages, such as {NameOf(first)}: {_failing[first].Reason}" : null;
            }
        }
    }

    /// <summary>True once Kafka has acknowledged something.</summary>
    public bool IsThere
    {
        get
        {
            lock (_lock) return _away is null;
        }
    }

    /// <summary>Kafka partitions that took no message lately.</summary>
    public int FailingPartitions
    {
        get
        {
            lock (_lock) return FirstFailing() is null ? 0 : _failing.Count;
        }
    }

    /// <summary>Partitions that have taken no message for so long, each tried several times.</summary>
    public IReadOnlyList<TopicPartition> FailingFor(TimeSpan period)
    {
        lock (_lock)
        {
            FirstFailing();
            return [.. _failing.Where(failing => time.GetElapsedTime(failing.Value.FirstAt) >= period).Select(failing => failing.Key)];
        }
    }

    /// <summary>A message was acknowledged.</summary>
    public void Acknowledged(TopicPartition? partition = null)
    {
        lock (_lock)
        {
            _acknowledgedAt = time.GetTimestamp();
            if (partition is not null && _failing.Count > 0 && _failing.Remove(partition)) FirstFailing();
            Back();
        }
    }

    /// <summary>Kafka has answered a question. It is there, unless it was asked to take a message just now and did not: brokers that have too few replicas answer.</summary>
    public void Answered()
    {
        lock (_lock)
        {
            if (_refusedAt is null || time.GetElapsedTime(_refusedAt.Value) >= RefusalLasts) Back();
        }
    }

    /// <summary>A message was not acknowledged. Kafka is away, unless others are acknowledged meanwhile: then it is the partition alone.</summary>
    public void Refused(string reason, TopicPartition? partition = null)
    {
        lock (_lock)
        {
            var now = time.GetTimestamp();
            if (partition is not null)
            {
                var firstAt = _failing.TryGetValue(partition, out var before) ? before.FirstAt : now;
                _failing[partition] = new(Cause ?? reason, firstAt, now);
                if (_away is null && _acknowledgedAt is { } at && time.GetElapsedTime(at) < KafkaProducer.Patience)
                {
                    if (!_isFailingSaid) LogFailing(NameOf(partition), Cause ?? reason);
                    _isFailingSaid = true;
                    return;
                }
            }

            _refusedAt = now;
            Failed(reason);
        }
    }

    /// <summary>Kafka cannot be reached.</summary>
    public void Failed(string reason)
    {
        lock (_lock)
        {
            if (_away is null) _since = time.GetUtcNow();
            _away = Cause ?? reason;
            if (!_isSaid || (Cause is not null && _causeSaid != _cause!.Code)) LogAway(_away);
            _isSaid = true;
            _causeSaid = Cause is null ? _causeSaid : _cause!.Code;
        }
    }

    /// <summary>
    /// The client met an error. One that somebody has to repair, as a wrong password, certificate or host name, is what is said of Kafka from then on: right
    /// after it the client only says that brokers are down.
    /// </summary>
    public void Explain(Error error)
    {
        if (!IsCause(error)) return;

        lock (_lock)
        {
            (_cause, _causeAt) = (error, time.GetTimestamp());
            if (_away is not null) Failed(error.Reason);
        }
    }

    /// <summary>A broker that speaks no TLS, or nothing else, only hangs up: where, and that this may be why, is in the text alone.</summary>
    private static bool IsCause(Error error) =>
        error.Code is Confluent.Kafka.ErrorCode.Local_Authentication or Confluent.Kafka.ErrorCode.SaslAuthenticationFailed
            or Confluent.Kafka.ErrorCode.Local_Ssl or Confluent.Kafka.ErrorCode.Local_Resolve
        || error.Reason.Contains("SSL_HANDSHAKE", StringComparison.Ordinal) || error.Reason.Contains("security.protocol", StringComparison.Ordinal);

    private string? Cause => _cause is not null && time.GetElapsedTime(_causeAt) < CauseRetention ? _cause.Reason : null;

    private void Back()
    {
        _refusedAt = null;
        (_cause, _causeSaid) = (null, null);
        if (_away is null) return;
        if (_isSaid) LogBack((time.GetUtcNow() - _since).TotalSeconds);
        (_away, _isSaid) = (null, false);
    }

    /// <summary>One of the failing partitions; those that nobody tried lately are forgotten.</summary>
    private TopicPartition? FirstFailing()
    {
        foreach (var (partition, failing) in _failing)
        {
            if (time.GetElapsedTime(failing.LastAt) > RefusalLasts) _failing.Remove(partition);
        }

        if (_failing.Count > 0) return _failing.Keys.First();
        if (_isFailingSaid) LogAllTaken();
        _isFailingSaid = false;
        return null;
    }

    private static string NameOf(TopicPartition partition) => partition.Partition == Partition.Any ? partition.Topic : $"{partition.Topic}/{partition.Partition.Value}";

    private readonly record struct Failing(string Reason, long FirstAt, long LastAt);

    [LoggerMessage(LogLevel.Warning, "Kafka is away: {Reason}. Orders go on; their events wait in the outbox")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Information, "Kafka is back after {Seconds:0.#} s")]
    private partial void LogBack(double seconds);

    [LoggerMessage(LogLevel.Warning, "Kafka takes no messages for {Partition}, and maybe others: {Reason}. Their events wait in the outbox; those for other partitions are published")]
    private partial void LogFailing(string partition, string reason);

    [LoggerMessage(LogLevel.Information, "Kafka takes messages for all partitions again")]
    private partial void LogAllTaken();
}
