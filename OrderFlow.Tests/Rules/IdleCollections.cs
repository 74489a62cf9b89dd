using OrderFlow.Silo.Memory;

namespace OrderFlow.Tests.Rules;

public sealed class IdleCollections
{
    private const long Idle = IdleCollectionRule.IdleAllocation - 1;
    private const long Busy = IdleCollectionRule.IdleAllocation;
    private const long Floor = 500L << 20;
    private const long Grown = Floor + IdleCollectionRule.WorthReturning;

    private readonly IdleCollectionRule _rule = new();
    private long _allocated;

    public IdleCollections()
    {
        Assert.True(IsDue(Idle, Floor));   // whatever its start has left
        _rule.Collected(Floor);
    }

    [Fact]
    public void A_process_that_is_idle_after_a_burst_is_due_once()
    {
        Assert.False(IsDue(Busy, Grown));
        Assert.True(IsDue(Idle, Grown));

        _rule.Collected(Floor);
        Assert.False(IsDue(Idle, Floor));
        Assert.False(IsDue(Idle, Grown - 1));
        Assert.True(IsDue(Idle, Grown));
    }

    [Fact]
    public void Where_a_collection_returned_nothing_the_next_waits_until_the_process_has_grown()
    {
        Assert.True(IsDue(Idle, Grown));
        _rule.Collected(Grown);

        Assert.False(IsDue(Idle, Grown));
        Assert.True(IsDue(Idle, Grown + IdleCollectionRule.WorthReturning));
    }

    private bool IsDue(long allocated, long committed) => _rule.IsDue(_allocated += allocated, committed);
}
