namespace OrderFlow.Silo.Postgres;

/// <summary>
/// The key below which a scan of an index found nothing, so that the next scan begins there: index entries of dead rows stay until a vacuum removes them, and
/// every scan reads past them. The watermark expires, because a row may still appear below it.
/// </summary>
/// <param name="lowest">A key below all others.</param>
/// <param name="time">The clock.</param>
internal sealed class LowWatermark<T>(T lowest, TimeProvider time)
    where T : IComparable<T>
{
    /// <summary>The longest time that a row below the watermark stays unseen.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly T _lowest = lowest;
    private T _value = lowest;
    private long _since;
    private TimeSpan _age;

    /// <summary>Where the next scan begins.</summary>
    public T Value
    {
        get
        {
            lock (_lock) return time.GetElapsedTime(_since) < _age ? _value : _lowest;
        }
    }

    /// <summary>Records that a scan from <paramref name="from"/> found nothing below <paramref name="value"/>; a full scan is valid for <paramref name="age"/>.</summary>
    public void Raise(T from, T value, TimeSpan age)
    {
        lock (_lock)
        {
            if (from.CompareTo(_lowest) == 0) (_since, _age) = (time.GetTimestamp(), age < MaxAge ? age : MaxAge);
            _value = value;
        }
    }
}
