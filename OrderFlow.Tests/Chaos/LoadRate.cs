using OrderFlow.Chaos.Customers;

namespace OrderFlow.Tests.Chaos;

public sealed class LoadRate
{
    [Theory]
    [InlineData(0, 100, 1)]
    [InlineData(60, 750, 30)]   // half the time, half the rate, and so a quarter of the orders
    [InlineData(60, 3_000, 60)]
    [InlineData(60, 3_100, 61)]
    public void The_rate_ramps_up_evenly_to_the_requested_rate(int ramp, int number, int seconds) =>
        Assert.Equal(seconds, Load.Due(number, rate: 100, TimeSpan.FromSeconds(ramp)).TotalSeconds, precision: 3);
}
