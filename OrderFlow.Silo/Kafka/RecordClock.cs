using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka;

/// <summary>
/// The time that records carry, by which a topic's retention drops them: when they are published. When an event happened stands in its header and value, and an
/// old one that is published late is kept as long as any. Brokers refuse times too far from their own clock: then another time is tried, for a silo's wrong
/// clock is to lose or hold up nothing.
/// </summary>
internal sealed partial class RecordClock(TimeProvider time, ILogger<RecordClock> log)
{
    /// <summary>After so long the true time is tried again.</summary>
    public static readonly TimeSpan ShiftRetention = TimeSpan.FromMinutes(10);

    /// <summary>Brokers take an hour ahead by default.</summary>
    private const int FirstShiftHours = 2;

    /// <summary>Two hours, 8, 32 and 128, each back and ahead.</summary>
    private const int MaxStep = 8;

    private readonly Lock _lock = new();
    private int _step;
    private long _shiftedAt;

    /// <summary>The time of a record, and the step to give back where it is refused.</summary>
    public (Timestamp Time, int Step) Now
    {
        get
        {
            lock (_lock)
            {
                if (_step != 0 && time.GetElapsedTime(_shiftedAt) > ShiftRetention) _step = 0;
                return (new(time.GetUtcNow() + ShiftOf(_step)), _step);
            }
        }
    }

    /// <summary>A broker has refused a record for its time. Of many records with the same time the first counts.</summary>
    public void Refused(int step)
    {
        lock (_lock)
        {
            if (step != _step) return;
            _step = (step + 1) % (MaxStep + 1);
            _shiftedAt = time.GetTimestamp();
            LogShifted(time.GetUtcNow(), ShiftOf(_step).TotalHours);
        }
    }

    private static TimeSpan ShiftOf(int step) => step == 0 ? TimeSpan.Zero
        : FirstShiftHours * Math.Pow(4, (step - 1) / 2) * (step % 2 == 1 ? -1 : 1) * TimeSpan.FromHours(1);

    [LoggerMessage(LogLevel.Warning, "Kafka refuses the time of records: this silo's clock, at {Now:u}, or the brokers' is wrong. Records are sent with a time {Hours} h off for now")]
    private partial void LogShifted(DateTimeOffset now, double hours);
}
