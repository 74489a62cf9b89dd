using OrderFlow.Chaos.Judging;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Tests.Chaos;

/// <summary>The impact of a fault, measured from the history of operations.</summary>
public sealed class FaultImpact
{
    [Fact]
    public void Seconds_with_slow_orders_are_counted()
    {
        Operation[] ledger = [Order(9.5, 2_500), Order(10.2, 1_800), Order(11.5, 900), Order(12.5, 1_200), Order(13.5, 5)];

        var noticed = Assert.Single(new Weather(ledger, [new(10, 12, "silo-kill 1")]).OfEachFault());

        Assert.Equal((2, 2_500d, 0, 3), (noticed.SlowSeconds, noticed.WorstMs, noticed.FailedTries, noticed.RecoveredAfter));
    }

    [Fact]
    public void A_failed_first_request_is_counted_and_the_order_lasts_until_its_last_request()
    {
        Operation[] ledger = [Order(10.2, 5), Order(14.2, 100) with { Tries = [new(14.2, 0, 10, 503, ""), new(14.5, 1, 200, 201, null)] }];

        var noticed = Assert.Single(new Weather(ledger, [new(10, 12, "api-kill 1")]).OfEachFault());

        Assert.Equal((0, 500d, 1, 5), (noticed.SlowSeconds, Math.Round(noticed.WorstMs), noticed.FailedTries, noticed.RecoveredAfter));
    }

    [Fact]
    public void Effects_of_the_next_fault_are_not_attributed_to_the_previous_one()
    {
        Operation[] ledger = [Order(10.5, 5), Order(19.5, 3_000), Order(21, 3_000)];

        var noticed = new Weather(ledger, [new(10, 11, "redis-kill"), new(20, 21, "silo-kill 1")]).OfEachFault();

        Assert.Equal([0, 2], noticed.Select(fault => fault.SlowSeconds));
    }

    [Fact]
    public void The_machine_is_measured_by_the_orders_just_before_the_first_fault()
    {
        Operation[] ledger = [Order(9, 9_000), Order(10.5, 700), Order(20, 1_300), Order(20.5, 9_000)];

        Assert.Equal(1_300, new Weather(ledger, [new(20.2, 21, "redis-kill"), new(30, 31, "redis-kill")]).CalmP99Ms);
    }

    private static Operation Order(double at, double ms) => new(Asked.Place, 1, "alice", "key", [], 1, [new(at, 0, ms, 201, null)]);
}
