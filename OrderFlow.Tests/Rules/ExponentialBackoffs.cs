namespace OrderFlow.Tests.Rules;

public sealed class ExponentialBackoffs
{
    private static readonly ExponentialBackoff Backoff = new(TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5), Jitter: 0.2);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(9, 256)]
    [InlineData(10, 300)]
    [InlineData(64, 300)]
    [InlineData(int.MaxValue, 300)]
    public void Double_the_delay_with_each_attempt_up_to_the_limit(int attempt, int seconds)
    {
        var delay = TimeSpan.FromSeconds(seconds);

        Assert.Equal(delay, Backoff.DelayAfter(attempt, random: 0.5));
        Assert.Equal(delay * 0.8, Backoff.DelayAfter(attempt, random: 0));
        Assert.Equal(delay * 1.2, Backoff.DelayAfter(attempt, random: 1));
    }

    [Fact]
    public void Without_jitter_are_exact() =>
        Assert.Equal(TimeSpan.FromSeconds(4), (Backoff with { Jitter = 0 }).DelayAfter(3));

    [Fact]
    public void Without_a_base_delay_are_zero() =>
        Assert.Equal(TimeSpan.Zero, (Backoff with { BaseDelay = TimeSpan.Zero }).DelayAfter(int.MaxValue));

    [Fact]
    public void Refuse_an_attempt_before_the_first() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Backoff.DelayAfter(0));
}
