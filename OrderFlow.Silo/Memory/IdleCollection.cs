using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Memory;

/// <summary>
/// Returns memory to the operating system after a burst. .NET collects garbage when a program allocates: a silo that falls idle would keep what its busiest
/// minute took.
/// </summary>
internal sealed class IdleCollection(TimeProvider time) : PollingService(time, Interval)
{
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly IdleCollectionRule _rule = new();

    protected override Task Poll(CancellationToken cancellationToken)
    {
        if (_rule.IsDue(GC.GetTotalAllocatedBytes(), GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes))
        {
            GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            _rule.Collected(GC.GetGCMemoryInfo(GCKind.Any).TotalCommittedBytes);
        }

        return Task.CompletedTask;
    }
}

/// <summary>When to collect the garbage of a process that is idle.</summary>
internal sealed class IdleCollectionRule
{
    /// <summary>An idle process allocates less within an <see cref="IdleCollection.Interval"/>; a silo without orders allocates 4 MiB.</summary>
    public const long IdleAllocation = 16 << 20;

    /// <summary>How much a collection must be able to return to be worth its pause.</summary>
    public const long WorthReturning = 64 << 20;

    private long _allocated;
    private long _committedAfterLast;

    /// <summary>True if the process was idle since the last call and has grown since the last collection.</summary>
    /// <param name="allocated">All bytes that it ever allocated.</param>
    /// <param name="committed">The bytes that its heap takes from the operating system.</param>
    public bool IsDue(long allocated, long committed)
    {
        var isIdle = allocated - _allocated < IdleAllocation;
        _allocated = allocated;
        return isIdle && committed - _committedAfterLast >= WorthReturning;
    }

    /// <summary>Remembers what a collection has left.</summary>
    public void Collected(long committed) => _committedAfterLast = committed;
}
