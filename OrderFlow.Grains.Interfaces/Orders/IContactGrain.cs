namespace OrderFlow.Orders;

/// <summary>
/// Removes whom to notify of a customer's orders, in steps that take well under <see cref="CallTimeouts.ResponseTimeout"/>. Each may be repeated without a second
/// effect. Stateless: any silo answers. A grain type of its own, as <see cref="IOrderSearchGrain"/>.
/// </summary>
[Alias("contact")]
public interface IContactGrain : IGrainWithIntegerKey
{
    /// <summary>Removes it from the orders that follow <paramref name="after"/>, newest first; null for the first step.</summary>
    /// <exception cref="UnavailableException">An order could not be changed; the call may be repeated.</exception>
    [Alias("remove-from-orders")]
    Task<ContactRemoval> RemoveFromOrders(string userId, OrderListPosition? after);

    /// <summary>Removes it from the notifications of a deleted order that are not sent yet.</summary>
    /// <param name="orderId">The order.</param>
    /// <param name="lastVersion">Its version.</param>
    [Alias("remove-from-order")]
    Task RemoveFromNotifications(long orderId, long lastVersion);

    /// <summary>Removes it from queued and dead-lettered notifications; once <see cref="RemoveFromOrders"/> is done, or new ones would bring it back.</summary>
    /// <param name="userId">The customer.</param>
    /// <param name="cursor">The <see cref="ContactRemoval.Cursor"/> of the step before; null for the first one.</param>
    /// <exception cref="UnavailableException">The queue cannot be reached; the call may be repeated.</exception>
    [Alias("remove-from-notifications")]
    Task<ContactRemoval> RemoveFromNotifications(string userId, string? cursor);
}

/// <summary>What one step has removed, and where the next begins.</summary>
/// <param name="Removed">From how many orders or notifications.</param>
/// <param name="After">The next step's position among the orders; null where this was the last.</param>
/// <param name="Cursor">The next step's position among the notifications; null where this was the last.</param>
[GenerateSerializer, Immutable, Alias("contact-removal")]
public sealed record ContactRemoval([property: Id(0)] int Removed, [property: Id(1)] OrderListPosition? After = null, [property: Id(2)] string? Cursor = null);
