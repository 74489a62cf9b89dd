using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka.Producer;

/// <summary>
/// The timestamp of records: when they are published, so that a topic's retention does not shorten for an event that is published late. Brokers reject
/// timestamps too far from their own clock: then another one is tried, so that a silo's wrong clock neither loses nor delays anything.
/// </summary>
internal sealed partial class RecordClock(TimeProvider time, ILogger<RecordClock> log)
{
    /// <summary>How long a shift is used before the true time is tried again.</summary>
    public static readonly TimeSpan ShiftRetention = TimeSpan.FromMinutes(10);

    /// <summary>By default brokers accept up to one hour ahead.</summary>
    private const int FirstShiftHours = 2;

    /// <summary>Two hours, 8, 32 and 128, each back and ahead.</summary>
    private const int MaxStep = 8;

    private readonly Lock _lock = new();
    private int _step;
    private long _shiftedAt;

    /// <summary>The timestamp for a record, and the step to pass to <see cref="Rejected"/>.</summary>
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

    /// <summary>Notes that a broker has rejected a record's timestamp. Of many records with the same step the first counts.</summary>
    public void Rejected(int step)
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

    [LoggerMessage(LogLevel.Warning, "Kafka rejects the timestamp of records: the clock of this silo, now {Now:u}, or of the brokers is wrong. Records are sent with a timestamp {Hours} h off for now")]
    private partial void LogShifted(DateTimeOffset now, double hours);
}
