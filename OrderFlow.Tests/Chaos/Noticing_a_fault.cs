using OrderFlow.Chaos.Judging;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Tests.Chaos;

/// <summary>What customers notice of a fault is counted from their ledger.</summary>
public sealed class Noticing_a_fault
{
    [Fact]
    public void The_seconds_count_in_which_orders_were_slow()
    {
        Operation[] ledger = [Order(9.5, 2_500), Order(10.2, 1_800), Order(11.5, 900), Order(12.5, 1_200), Order(13.5, 5)];

        var noticed = Assert.Single(new Weather(ledger, [new(10, 12, "silo-kill 1")]).OfEachFault());

        Assert.Equal((2, 2_500d, 0, 3), (noticed.SlowSeconds, noticed.WorstMs, noticed.FailedTries, noticed.RecoveredAfter));
    }

    [Fact]
    public void A_first_try_that_failed_is_noticed_and_the_order_took_until_its_last_try()
    {
        Operation[] ledger = [Order(10.2, 5), Order(14.2, 100) with { Tries = [new(14.2, 0, 10, 503, ""), new(14.5, 1, 200, 201, null)] }];

        var noticed = Assert.Single(new Weather(ledger, [new(10, 12, "api-kill 1")]).OfEachFault());

        Assert.Equal((0, 500d, 1, 5), (noticed.SlowSeconds, Math.Round(noticed.WorstMs), noticed.FailedTries, noticed.RecoveredAfter));
    }

    [Fact]
    public void What_the_next_fault_does_is_not_put_down_to_the_one_before()
    {
        Operation[] ledger = [Order(10.5, 5), Order(19.5, 3_000), Order(21, 3_000)];

        var noticed = new Weather(ledger, [new(10, 11, "redis-kill"), new(20, 21, "silo-kill 1")]).OfEachFault();

        Assert.Equal([0, 2], noticed.Select(fault => fault.SlowSeconds));
    }

    [Fact]
    public void What_the_machine_carries_is_told_by_the_orders_just_before_the_first_fault()
    {
        Operation[] ledger = [Order(9, 9_000), Order(10.5, 700), Order(20, 1_300), Order(20.5, 9_000)];

        Assert.Equal(1_300, new Weather(ledger, [new(20.2, 21, "redis-kill"), new(30, 31, "redis-kill")]).CalmP99Ms);
    }

    private static Operation Order(double at, double ms) => new(Asked.Place, 1, "alice", "key", [], 1, [new(at, 0, ms, 201, null)]);
}
