namespace OrderFlow.Silo.Kafka;

/// <summary>Whether Kafka acknowledges what it is sent. Said in the log once when it goes and once when it comes back.</summary>
internal sealed partial class KafkaState(TimeProvider time, ILogger<KafkaState> log)
{
    private readonly Lock _lock = new();
    private string? _away = "it has acknowledged nothing yet";
    private DateTimeOffset _since = time.GetUtcNow();
    private bool _isSaid;

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

    public void Acknowledged()
    {
        lock (_lock)
        {
            if (_away is null) return;
            if (_isSaid) LogBack((time.GetUtcNow() - _since).TotalSeconds);
            (_away, _isSaid) = (null, false);
        }
    }

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
