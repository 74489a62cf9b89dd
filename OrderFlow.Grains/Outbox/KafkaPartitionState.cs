namespace OrderFlow.Outbox;

/// <summary>A Kafka partition as the outbox relay sees it. While it does not respond, it gets only a few events at a time.</summary>
internal sealed class KafkaPartitionState
{
    /// <summary>The maximum number of events in flight to an unresponsive partition: enough to notice that it is back.</summary>
    public const int MaxProbes = 16;

    /// <summary>A partition that has acknowledged none of its events for this long counts as unresponsive.</summary>
    public static readonly TimeSpan ResponseTimeout = TimeSpan.FromMilliseconds(500);

    private TimeSpan _respondedAt;
    private bool _isFailing;

    /// <summary>Orders whose next event may be sent to this partition, longest waiting first.</summary>
    public Queue<long> Ready { get; } = new();

    public int InFlight { get; private set; }

    public bool IsUnresponsive(TimeSpan now) => _isFailing || (InFlight > 0 && now - _respondedAt > ResponseTimeout);

    public void Send(TimeSpan now)
    {
        if (InFlight++ == 0) _respondedAt = now;
    }

    public void Acknowledge(TimeSpan now)
    {
        InFlight--;
        _respondedAt = now;
        _isFailing = false;
    }

    /// <summary>Notes that an event was not acknowledged.</summary>
    public void Fail(TimeSpan now, bool isRejection)
    {
        InFlight--;
        if (isRejection) _respondedAt = now;
        else _isFailing = true;
    }

    /// <summary>Notes that an event that counts as in flight is not sent after all.</summary>
    public void Cancel() => InFlight--;
}
