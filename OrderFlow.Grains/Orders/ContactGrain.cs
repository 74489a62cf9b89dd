using OrderFlow.Notifications;
using Orleans.Concurrency;

namespace OrderFlow.Orders;

/// <inheritdoc cref="IContactGrain"/>
[GrainType("contact"), StatelessWorker, Reentrant]
internal sealed class ContactGrain(IOrderIndex orders, INotificationQueue queue, IGrainFactory grains) : Grain, IContactGrain
{
    /// <summary>The most orders of one step.</summary>
    public const int BatchSize = 200;

    /// <summary>The most orders that are changed at the same time: their writes share commits.</summary>
    private const int Concurrency = 32;

    public async Task<ContactRemoval> RemoveFromOrders(string userId, OrderListPosition? after)
    {
        var (ids, next) = await orders.FindContacts(userId, after, BatchSize);
        await Parallel.ForEachAsync(
            ids,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, TaskScheduler = TaskScheduler.Current },
            async (id, _) =>
            {
                if (await grains.GetGrain<IOrderFulfilmentGrain>(id).RemoveContact() == Outcome.Conflict)
                    throw new UnavailableException($"order {id} has a status that this version does not know");
            });
        return new(ids.Count, next);
    }

    public Task RemoveFromNotifications(long orderId, long lastVersion) => queue.RemoveContacts(orderId, lastVersion);

    public async Task<ContactRemoval> RemoveFromNotifications(string userId, string? cursor)
    {
        var (removed, next) = await queue.RemoveContacts(userId, cursor);
        return new(removed, Cursor: next);
    }
}
