namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>Tracks up to where one Kafka partition may be committed: messages complete in any order, but the committed offset never passes one in flight.</summary>
internal sealed class OffsetTracker
{
    private readonly Lock _lock = new();
    private readonly SortedSet<long> _inFlight = [];
    private long? _next;
    private long? _taken;

    /// <summary>Messages that have started and not completed.</summary>
    public int InFlight
    {
        get
        {
            lock (_lock) return _inFlight.Count;
        }
    }

    public void Start(long offset)
    {
        lock (_lock)
        {
            _inFlight.Add(offset);
            _next = offset + 1;
        }
    }

    public void Complete(long offset)
    {
        lock (_lock) _inFlight.Remove(offset);
    }

    /// <summary>The offset to commit, where it has advanced since the last call; null where it has not.</summary>
    public long? TakeCommittable()
    {
        lock (_lock)
        {
            var committable = _inFlight.Count > 0 ? _inFlight.Min : _next;
            if (committable is null || committable == _taken) return null;
            return _taken = committable;
        }
    }
}
