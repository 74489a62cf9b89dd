using OrderFlow.Api.Cluster;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>Gives each new order its id.</summary>
internal interface IOrderIds
{
    /// <summary>An id that nobody was given before.</summary>
    /// <exception cref="ClusterUnavailableException">No ids are left here, and the cluster gave no more.</exception>
    ValueTask<long> Next();
}

/// <summary>
/// Hands out ids from blocks that the cluster gave to this process, so that most orders cost no round trip for theirs. The next block is asked for
/// while some of the present one is left. One request for a block at a time; where it fails, those who wait for it fail, and the next caller asks anew.
/// Ids that are not used when the process ends are lost.
/// </summary>
internal sealed class OrderIds(ClusterCalls cluster) : IOrderIds
{
    private readonly Lock _handing = new();
    private long _next;
    private int _left;
    private OrderIdBlock? _following;
    private Task? _asking;

    /// <inheritdoc/>
    public ValueTask<long> Next()
    {
        Task more;
        lock (_handing)
        {
            if (TryHand(out var id)) return ValueTask.FromResult(id);
            more = _asking ??= Ask();
        }

        return After(more);
    }

    // More callers than a block has ids may wait for it: those who find it used up ask for the next.
    private async ValueTask<long> After(Task more)
    {
        while (true)
        {
            await more;
            lock (_handing)
            {
                if (TryHand(out var id)) return id;
                more = _asking ??= Ask();
            }
        }
    }

    private bool TryHand(out long id)
    {
        if (_left == 0 && _following is { } block)
        {
            (_next, _left, _following) = (block.First, block.Count, null);
            _asking ??= Ask();
        }

        id = _next;
        if (_left == 0) return false;

        _next++;
        _left--;
        return true;
    }

    private async Task Ask()
    {
        await Task.Yield();   // the caller holds the lock and has not stored this task yet
        OrderIdBlock? block = null;
        try
        {
            block = await cluster.OutOfTurn.Repeat(grains => grains.GetGrain<IOrderIdsGrain>(0).Take());
            if (block.Count < 1) throw new InvalidOperationException("The cluster gave a block without ids.");
        }
        finally
        {
            lock (_handing) (_following, _asking) = (block, null);
        }
    }
}
