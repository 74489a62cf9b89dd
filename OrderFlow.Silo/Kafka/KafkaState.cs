namespace OrderFlow.Silo.Kafka;

/// <summary>Whether Kafka acknowledges what it is sent. Said in the log once when it goes and once when it comes back.</summary>
internal sealed partial class KafkaState(TimeProvider time, ILogger<KafkaState> log)
{
    /// <summary>How long after a message was not taken an answer to something else proves nothing: longer than whoever wants it sent needs to try again.</summary>
    public static readonly TimeSpan RefusalLasts = 2 * KafkaProducer.Patience;

    private readonly Lock _lock = new();
    private string? _away = "it has acknowledged nothing yet";
    private DateTimeOffset _since = time.GetUtcNow();
    private bool _isSaid;
    private long? _refusedAt;

    /// <summary>Why Kafka is away, and since when; null while it is there.</summary>
    public string? Away
    {
        get
        {
            lock (_lock) return _away is null ? null : $"away since {_since:u}: {_away}";
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

    /// <summary>A message was acknowledged.</summary>
    public void Acknowledged()
    {
        lock (_lock)
        {
            _refusedAt = null;
            if (_away is null) return;
            if (_isSaid) LogBack((time.GetUtcNow() - _since).TotalSeconds);
            (_away, _isSaid) = (null, false);
        }
    }

    /// <summary>Kafka has answered a question. It is there, unless it was asked to take a message just now and did not: brokers that have too few replicas answer.</summary>
    public void Answered()
    {
        lock (_lock)
        {
            if (_refusedAt is null || time.GetElapsedTime(_refusedAt.Value) >= RefusalLasts) Acknowledged();
        }
    }

    /// <summary>A message was not acknowledged.</summary>
    public void Refused(string reason)
    {
        lock (_lock)
        {
            _refusedAt = time.GetTimestamp();
            Failed(reason);
        }
    }

    /// <summary>Kafka cannot be reached.</summary>
    public void Failed(string reason)
    {
        lock (_lock)
        {
            if (_away is null) _since = time.GetUtcNow();
            if (!_isSaid) LogAway(reason);
            (_away, _isSaid) = (reason, true);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Kafka is away: {Reason}. Orders go on; their events wait in the outbox")]
    private partial void LogAway(string reason);

    [LoggerMessage(LogLevel.Information, "Kafka is back after {Seconds:0.#} s")]
    private partial void LogBack(double seconds);
}
