using OrderFlow.Api.Cluster;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>Gives each new order its id.</summary>
internal interface IOrderIds
{
    /// <summary>An id that nobody was given before.</summary>
    /// <exception cref="ClusterUnavailableException">No ids are left here, and the cluster gave no more.</exception>
    ValueTask<long> Next();

    /// <summary>Says that an id belongs to an order already: what else is left of its block, or waits behind it, is as old and is handed out no more.</summary>
    void DiscardBlockOf(long takenId);
}

/// <summary>
/// Hands out ids from blocks that the cluster gave to this process, so that most orders cost no round trip for theirs. The next block is asked for
/// while some of the present one is left. One request for a block at a time; where it fails, those who wait for it fail, and the next caller asks anew.
/// Ids that are not used when the process ends are lost.
/// </summary>
internal sealed class OrderIds(ClusterClient cluster) : IOrderIds
{
    private readonly Lock _handing = new();
    private OrderIdBlock _block = new(First: 0, Count: 0);
    private int _left;
    private OrderIdBlock? _following;
    private Task? _asking;
    private int _drops;

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

    /// <inheritdoc/>
    public void DiscardBlockOf(long takenId)
    {
        lock (_handing)
        {
            if (!IsIn(_block) && !(_following is { } following && IsIn(following))) return;   // of a block that is used up or was dropped: many meet their ids in it at once

            (_left, _following, _asking) = (0, null, null);
            _block = _block with { Count = 0 };
            _drops++;
        }

        bool IsIn(OrderIdBlock block) => takenId >= block.First && takenId - block.First < block.Count;
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
            (_block, _left, _following) = (block, block.Count, null);
            _asking ??= Ask();
        }

        id = _block.First + _block.Count - _left;
        if (_left == 0) return false;

        _left--;
        return true;
    }

    private async Task Ask()
    {
        var drops = _drops;
        await Task.Yield();   // the caller holds the lock and has not stored this task yet
        OrderIdBlock? block = null;
        try
        {
            block = await cluster.Unthrottled.CallWithRetry(grains => grains.GetGrain<IOrderIdsGrain>(0).Take());
            if (block.Count < 1) throw new InvalidOperationException("The cluster gave a block without ids.");
        }
        finally
        {
            lock (_handing)
            {
                if (drops == _drops) (_following, _asking) = (block, null);   // else it may be as old as what was dropped
            }
        }
    }
}
