using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Worker;

namespace OrderFlow.Tests.Notifications;

public sealed class RetrySchedules
{
    private static readonly RetrySchedule FiveAttempts = new(5, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), Jitter: 0.2);

    [Theory]
    [InlineData(0.5, 1_000, 2_000, 4_000, 8_000)]
    [InlineData(0.0, 800, 1_600, 3_200, 6_400)]
    [InlineData(0.75, 1_100, 2_200, 4_400, 8_800)]
    public void Doubles_the_delay_with_each_attempt_and_gives_up_after_the_last(double random, params int[] milliseconds)
    {
        Assert.Equal(
            milliseconds.Select(delay => (TimeSpan?)TimeSpan.FromMilliseconds(delay)).Append(null).Append(null),
            Enumerable.Range(1, 6).Select(attempt => FiveAttempts.DelayAfter(attempt, random)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(100)]
    public void Allows_exactly_as_many_attempts_as_it_says(int maxAttempts)
    {
        var schedule = FiveAttempts with { MaxAttempts = maxAttempts };
        Assert.Equal(maxAttempts - 1, Enumerable.Range(1, 200).Count(attempt => schedule.DelayAfter(attempt, 0.5) is not null));
        Assert.Null(schedule.DelayAfter(maxAttempts, 0.5));
    }

    [Fact]
    public void Stays_within_the_jitter_whatever_the_random_number()
    {
        const double LargestBelowOne = 0.99999999999999989;
        foreach (var attempt in Enumerable.Range(1, 4))
        {
            var delay = TimeSpan.FromSeconds(Math.Pow(2, attempt - 1));
            Assert.Equal(delay * 0.8, FiveAttempts.DelayAfter(attempt, 0));
            Assert.Equal(delay * 1.2, FiveAttempts.DelayAfter(attempt, LargestBelowOne));
        }
    }

    [Fact]
    public void For_mails_lasts_an_hour_at_least_and_begins_within_seconds()
    {
        var options = new WorkerOptions();
        options.UseMailDefaults();

        var shortest = Enumerable.Range(1, options.MaxAttempts - 1).Select(attempt => options.RetrySchedule.DelayAfter(attempt, random: 0)!.Value).ToList();

        Assert.Equal(TimeSpan.FromSeconds(8), shortest[0]);
        Assert.Equal(TimeSpan.FromSeconds(3_896), TimeSpan.FromTicks(shortest.Sum(delay => delay.Ticks)));
    }

    [Theory]
    [InlineData(9, 256)]
    [InlineData(10, 300)]
    [InlineData(64, 300)]
    [InlineData(5_000, 300)]
    public void Does_not_double_beyond_the_longest_delay(int attempt, int seconds)
    {
        var endless = FiveAttempts with { MaxAttempts = int.MaxValue };
        Assert.Equal(TimeSpan.FromSeconds(seconds), endless.DelayAfter(attempt, 0.5));
        Assert.Equal(TimeSpan.FromSeconds(seconds) * 0.8, endless.DelayAfter(attempt, 0));
    }
}
