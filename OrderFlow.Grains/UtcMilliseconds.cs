namespace OrderFlow;

/// <summary>Rounds times down to whole milliseconds, as they are stored, so that memory and database agree.</summary>
internal static class UtcMilliseconds
{
    public static DateTimeOffset GetUtcMilliseconds(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return new(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
    }
}
