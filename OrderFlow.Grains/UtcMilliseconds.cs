namespace OrderFlow;

/// <summary>The clock as it is stored: whole milliseconds, so that a time reads the same from memory and from the database.</summary>
internal static class UtcMilliseconds
{
    public static DateTimeOffset GetUtcMilliseconds(this TimeProvider time)
    {
        var now = time.GetUtcNow();
        return new(now.Ticks - (now.Ticks % TimeSpan.TicksPerMillisecond), TimeSpan.Zero);
    }
}
