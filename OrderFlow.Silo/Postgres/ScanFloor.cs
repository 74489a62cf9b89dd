namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Where a scan of an index may begin because it found nothing before: index entries of rows that are gone stay until a vacuum may remove them, and are read past
/// each time. It is forgotten after a while, for something may still turn up below it.
/// </summary>
/// <param name="lowest">Below everything.</param>
/// <param name="time">The clock.</param>
internal sealed class ScanFloor<T>(T lowest, TimeProvider time)
    where T : IComparable<T>
{
    /// <summary>The longest that what turns up below stays unseen.</summary>
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
            lock (_lock) return IsKnown ? _value : _lowest;
        }
    }

    /// <summary>A scan that began at <paramref name="from"/> found nothing below <paramref name="value"/>; one that began at the lowest holds for <paramref name="age"/>.</summary>
    public void Raise(T from, T value, TimeSpan age)
    {
        lock (_lock)
        {
            if (from.CompareTo(_lowest) == 0) (_since, _age) = (time.GetTimestamp(), age < MaxAge ? age : MaxAge);
            _value = value;
        }
    }

    private bool IsKnown => time.GetElapsedTime(_since) < _age;
}
