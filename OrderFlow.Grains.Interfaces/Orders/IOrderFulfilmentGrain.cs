using Orleans.Concurrency;

namespace OrderFlow.Orders;

/// <summary>
/// What an order can do since version 1.1; the key is its id. An interface of its own: a silo of version 1.0.0 answers these calls with an error, and never
/// carries one out in part. <see cref="RollingUpgrade"/> tells whether all silos can.
/// </summary>
[Alias("order-fulfilment")]
public interface IOrderFulfilmentGrain : IGrainWithIntegerKey
{
    /// <summary>Places the order, as <see cref="IOrderGrain.Place"/> does; also with a time for which its stock is reserved, and with a contact. Unsupported as <see cref="ChangeStatus"/>.</summary>
    [Alias("place")]
    Task<OrderResult> Place(PlaceOrder command);

    /// <summary>
    /// Changes the status, as <see cref="IOrderGrain.ChangeStatus"/> does; also to confirmed and fulfilled, and with a reason for a cancellation.
    /// Unsupported, without a change, until all silos know the new statuses.
    /// </summary>
    [Alias("change-status")]
    Task<OrderResult> ChangeStatus(ChangeStatus command);

    /// <summary>Cancels the order where its reservation has expired; its stock is released after the answer. Safe to call at any time.</summary>
    /// <returns>False where it is still to expire: its time has not come by the clock of its silo.</returns>
    [Alias("expire")]
    Task<bool> Expire();

    /// <summary>Whom to notify, without members where nobody is named; null where there is no such order, or it is deleted. Never waits, as <see cref="IOrderGrain.Get"/>.</summary>
    [Alias("get-contact"), AlwaysInterleave]
    Task<OrderContact?> GetContact();

    /// <summary>Removes whom to notify, without an event. Ok also where nobody is named; Conflict where the order has a status of a newer version.</summary>
    [Alias("remove-contact")]
    Task<Outcome> RemoveContact();
}

/// <summary>
/// Commands of orders, sent in the interface that knows all of them. A client may take a silo of 1.0.0 for a new one for up to a minute: that silo cannot load the
/// types of the newer interface, answers with that error, and does nothing.
/// </summary>
public static class OrderGrains
{
    /// <summary>Places an order. Unsupported where it is to expire or has a contact, and its silo does not know that.</summary>
    public static async Task<OrderResult> Place(this IGrainFactory grains, long id, PlaceOrder command)
    {
        if (!command.NeedsUpgradedSilos) return await grains.GetGrain<IOrderGrain>(id).Place(command);

        try
        {
            return await grains.GetGrain<IOrderFulfilmentGrain>(id).Place(command);
        }
        catch (TypeLoadException)
        {
            return new(Outcome.Unsupported);
        }
    }

    /// <summary>Changes an order's status. Unsupported where its silo does not know this change.</summary>
    /// <param name="grains">The grains.</param>
    /// <param name="id">The order's id.</param>
    /// <param name="command">The command.</param>
    /// <param name="isUpgraded">Whether all silos are known to have the newer interface.</param>
    public static async Task<OrderResult> ChangeStatus(this IGrainFactory grains, long id, ChangeStatus command, bool isUpgraded)
    {
        try
        {
            if (isUpgraded) return await grains.GetGrain<IOrderFulfilmentGrain>(id).ChangeStatus(command);
        }
        catch (TypeLoadException)
        {
            // One does not.
        }

        return command.NeedsUpgradedSilos
            ? new(Outcome.Unsupported)
            : await grains.GetGrain<IOrderGrain>(id).ChangeStatus(command.Target, command.By, command.IfVersion);
    }
}

/// <summary>The command to change an order's status.</summary>
/// <param name="Target">The status to change to.</param>
/// <param name="By">Who calls.</param>
/// <param name="IfVersion">The versions that the change requires.</param>
/// <param name="CancelReason">An admin's reason for a cancellation; null for none.</param>
/// <param name="Tracking">The parcel of a fulfilled order; null for none.</param>
[GenerateSerializer, Immutable, Alias("change-status")]
public sealed record ChangeStatus(
    [property: Id(0)] OrderStatus Target,
    [property: Id(1)] Caller By,
    [property: Id(2)] IfVersion IfVersion = default,
    [property: Id(3)] string? CancelReason = null,
    [property: Id(4)] Tracking? Tracking = null)
{
    /// <summary>True where 1.0.0 does not know this change.</summary>
    public bool NeedsUpgradedSilos => CancelReason is not null || Target is OrderStatus.Confirmed or OrderStatus.Fulfilled;
}
