using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Silo.Kafka.Producer;

namespace OrderFlow.Tests.Kafka;

/// <summary>After a broker rejects a timestamp another one is tried.</summary>
public sealed class RecordTimestamps
{
    private readonly FakeTimeProvider _time = new(new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
    private readonly RecordClock _clock;

    public RecordTimestamps() => _clock = new(_time, NullLogger<RecordClock>.Instance);

    private double HoursOff => (_clock.Now.Time.UtcDateTime - _time.GetUtcNow().UtcDateTime).TotalHours;

    [Fact]
    public void A_record_has_the_time_of_publishing() => Assert.Equal(0, HoursOff);

    [Fact]
    public void Rejected_timestamps_move_back_and_ahead_and_further_and_then_to_the_true_time_again()
    {
        var tried = new List<double>();
        for (var n = 0; n < 9; n++)
        {
            _clock.Rejected(_clock.Now.Step);
            tried.Add(HoursOff);
        }

        Assert.Equal([-2, 2, -8, 8, -32, 32, -128, 128, 0], tried);
    }

    [Fact]
    public void Of_many_messages_that_are_rejected_with_the_same_timestamp_the_first_counts()
    {
        var (_, step) = _clock.Now;
        _clock.Rejected(step);
        _clock.Rejected(step);
        Assert.Equal(-2, HoursOff);

        _clock.Rejected(_clock.Now.Step);
        _clock.Rejected(step);   // a late answer
        Assert.Equal(2, HoursOff);
    }

    [Fact]
    public void The_true_time_is_tried_again_after_a_while()
    {
        _clock.Rejected(0);
        _time.Advance(RecordClock.ShiftRetention);
        Assert.Equal(-2, HoursOff);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, HoursOff);
    }
}
