namespace OrderFlow.Outbox;

/// <summary>A Kafka partition as the outbox relay sees it. One that does not answer gets a few events at a time, until it does.</summary>
internal sealed class Destination
{
    /// <summary>The most events on their way to a destination that does not answer: enough to notice that it is back.</summary>
    public const int MaxProbes = 16;

    /// <summary>A destination that has acknowledged nothing for so long, of what is on its way, does not count as answering.</summary>
    public static readonly TimeSpan SlowAfter = TimeSpan.FromMilliseconds(500);

    private TimeSpan _answeredAt;
    private bool _isFailing;

    /// <summary>Orders whose next event goes here and may be sent, the longest waiting first.</summary>
    public Queue<long> Ready { get; } = new();

    /// <summary>Events on their way.</summary>
    public int InFlight { get; private set; }

    public bool IsSlow(TimeSpan now) => _isFailing || (InFlight > 0 && now - _answeredAt > SlowAfter);

    public void Send(TimeSpan now)
    {
        if (InFlight++ == 0) _answeredAt = now;
    }

    public void Acknowledge(TimeSpan now)
    {
        InFlight--;
        _answeredAt = now;
        _isFailing = false;
    }

    /// <summary>An event was not acknowledged.</summary>
    /// <param name="now">The time.</param>
    /// <param name="isOfEvent">The event was refused: the destination answers.</param>
    public void Fail(TimeSpan now, bool isOfEvent)
    {
        InFlight--;
        if (isOfEvent) _answeredAt = now;
        else _isFailing = true;
    }

    /// <summary>What was to be sent is not, for its row is gone.</summary>
    public void Withdraw() => InFlight--;
}
