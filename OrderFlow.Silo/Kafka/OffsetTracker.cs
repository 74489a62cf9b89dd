namespace OrderFlow.Silo.Kafka;

/// <summary>
/// How far one partition may be committed: messages are handled side by side and finish in any order, but the offset to go on from
/// never passes one that is not finished.
/// </summary>
internal sealed class OffsetTracker
{
    private readonly Lock _lock = new();
    private readonly SortedSet<long> _open = [];
    private long? _next;
    private long? _taken;

    /// <summary>A message was read; its handling begins.</summary>
    public void Begin(long offset)
    {
        lock (_lock)
        {
            _open.Add(offset);
            _next = offset + 1;
        }
    }

    /// <summary>A message is dealt with for good.</summary>
    public void Finish(long offset)
    {
        lock (_lock) _open.Remove(offset);
    }

    /// <summary>Messages whose handling has begun and is not finished.</summary>
    public int Open
    {
        get
        {
            lock (_lock) return _open.Count;
        }
    }

    /// <summary>The offset to go on from after a restart, where it has advanced since it was taken last; null where it has not.</summary>
    public long? TakeAdvance()
    {
        lock (_lock)
        {
            var safe = _open.Count > 0 ? _open.Min : _next;
            if (safe is null || safe == _taken) return null;
            return _taken = safe;
        }
    }
}
