using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Silo.Kafka;

namespace OrderFlow.Tests.Kafka;

/// <summary>A broker that refuses a silo's time is offered another one.</summary>
public sealed class Time_of_records
{
    private readonly FakeTimeProvider _time = new(new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero));
    private readonly RecordClock _clock;

    public Time_of_records() => _clock = new(_time, NullLogger<RecordClock>.Instance);

    private double HoursOff => (_clock.Now.Time.UtcDateTime - _time.GetUtcNow().UtcDateTime).TotalHours;

    [Fact]
    public void It_is_the_time_of_publishing() => Assert.Equal(0, HoursOff);

    [Fact]
    public void Refused_times_are_tried_back_and_ahead_and_further_off_and_then_the_true_one_again()
    {
        var tried = new List<double>();
        for (var n = 0; n < 9; n++)
        {
            _clock.Refused(_clock.Now.Step);
            tried.Add(HoursOff);
        }

        Assert.Equal([-2, 2, -8, 8, -32, 32, -128, 128, 0], tried);
    }

    [Fact]
    public void Of_many_messages_that_are_refused_with_the_same_time_the_first_counts()
    {
        var (_, step) = _clock.Now;
        _clock.Refused(step);
        _clock.Refused(step);
        Assert.Equal(-2, HoursOff);

        _clock.Refused(_clock.Now.Step);
        _clock.Refused(step);   // a late answer
        Assert.Equal(2, HoursOff);
    }

    [Fact]
    public void The_true_time_is_tried_again_after_a_while()
    {
        _clock.Refused(0);
        _time.Advance(RecordClock.ShiftRetention);
        Assert.Equal(-2, HoursOff);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(0, HoursOff);
    }
}
