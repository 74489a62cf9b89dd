using OrderFlow.Api.Cluster;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>Allocates ids for new orders.</summary>
internal interface IOrderIds
{
    /// <summary>Takes an id that was never taken before.</summary>
    /// <exception cref="ClusterUnavailableException">No ids are left here, and the cluster allocated no more.</exception>
    ValueTask<long> Next();

    /// <summary>Discards the rest of an id's block, and the block after it, because the id already belongs to an order: those ids are just as old.</summary>
    void DiscardBlockOf(long takenId);
}

/// <summary>
/// Takes ids from blocks that the cluster allocates to this process, so that most orders need no round trip for theirs. The next block is requested when the
/// current one is started, one request at a time. Unused ids are lost when the process ends.
/// </summary>
/// <remarks>If a request fails, so do all callers that wait for it; the next caller requests again.</remarks>
internal sealed class OrderIds(ClusterClient cluster) : IOrderIds
{
    private readonly Lock _lock = new();
    private OrderIdBlock _block = new(First: 0, Count: 0);
    private int _left;
    private OrderIdBlock? _nextBlock;
    private Task? _request;
    private int _discards;

    /// <inheritdoc/>
    public ValueTask<long> Next()
    {
        Task request;
        lock (_lock)
        {
            if (TryTake(out var id)) return ValueTask.FromResult(id);
            request = _request ??= RequestBlock();
        }

        return TakeAfter(request);
    }

    /// <inheritdoc/>
    public void DiscardBlockOf(long takenId)
    {
        lock (_lock)
        {
            if (!IsIn(_block) && !(_nextBlock is { } next && IsIn(next))) return;   // discarded already: many requests find their ids taken at once

            (_left, _nextBlock, _request) = (0, null, null);
            _block = _block with { Count = 0 };
            _discards++;
        }

        bool IsIn(OrderIdBlock block) => takenId >= block.First && takenId - block.First < block.Count;
    }

    // More callers than a block has ids may wait for it: those who find it used up request the next.
    private async ValueTask<long> TakeAfter(Task request)
    {
        while (true)
        {
            await request;
            lock (_lock)
            {
                if (TryTake(out var id)) return id;
                request = _request ??= RequestBlock();
            }
        }
    }

    private bool TryTake(out long id)
    {
        if (_left == 0 && _nextBlock is { } block)
        {
            (_block, _left, _nextBlock) = (block, block.Count, null);
            _request ??= RequestBlock();
        }

        id = _block.First + _block.Count - _left;
        if (_left == 0) return false;

        _left--;
        return true;
    }

    private async Task RequestBlock()
    {
        var discards = _discards;
        await Task.Yield();   // the caller holds the lock and has not stored this task yet
        OrderIdBlock? block = null;
        try
        {
            block = await cluster.Unthrottled.CallWithRetry(grains => grains.GetGrain<IOrderIdsGrain>(0).Take());
            if (block.Count < 1) throw new InvalidOperationException("The cluster allocated a block without ids.");
        }
        finally
        {
            lock (_lock)
            {
                if (discards == _discards) (_nextBlock, _request) = (block, null);   // otherwise it may be as old as the discarded ones
            }
        }
    }
}
