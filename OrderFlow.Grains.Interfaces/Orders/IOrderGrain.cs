using Orleans.Concurrency;

namespace OrderFlow.Orders;

/// <summary>One order; the key is its id. It stores itself as pending, then reserves stock product by product and settles as reserved or failed.</summary>
/// <remarks>Whoever is neither the owner nor an admin is answered <see cref="Outcome.NotFound"/> by every method that takes a caller.</remarks>
[Alias("order")]
public interface IOrderGrain : IGrainWithIntegerKey
{
    /// <summary>Stores the order as pending, together with its <c>order.created</c> event, and goes on to reserve stock after the answer.</summary>
    /// <returns>
    /// Ok with the order as it was placed, also where the same request placed it before, whatever became of it since, deleted or not;
    /// IdTaken where the id belongs to another request's order; Forbidden where the order is for another user.
    /// </returns>
    [Alias("place")]
    Task<OrderResult> Place(PlaceOrder command);

    /// <summary>The order as it is persisted. Never waits for a reservation under way.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<OrderResult> Get(Caller by);

    /// <summary>
    /// The order's changes of status beyond a version, oldest first. It keeps only its last 20: of what is older nothing is said. Never waits, as <see cref="Get"/>.
    /// </summary>
    /// <param name="by">Who asks.</param>
    /// <param name="afterVersion">The last version that is known; 0 for none.</param>
    [Alias("get-transitions"), AlwaysInterleave]
    Task<OrderTransitions> GetTransitions(Caller by, long afterVersion);

    /// <summary>
    /// Cancels a pending or reserved order (owner or admin), or tries a failed one again (<see cref="OrderStatus.Pending"/>, admin only).
    /// The status it already has: Ok, and nothing happens. Anything else: Conflict with the allowed transitions.
    /// Stale, with the order, where it is not in a version that <paramref name="ifVersion"/> allows.
    /// </summary>
    [Alias("change-status")]
    Task<OrderResult> ChangeStatus(OrderStatus target, Caller by, IfVersion ifVersion = default);

    /// <summary>Gives back what the order holds and removes it. Its id stays taken. Stale as with <see cref="ChangeStatus"/>.</summary>
    [Alias("delete")]
    Task<OrderResult> Delete(Caller by, IfVersion ifVersion = default);

    /// <summary>The order as it is persisted once the work under way is done, or after <paramref name="patience"/>, at most <see cref="CallTimeouts.MaxGrainWait"/>.</summary>
    [Alias("get-settled"), AlwaysInterleave]
    Task<OrderResult> GetSettled(Caller by, TimeSpan patience);

    /// <summary>Goes on with whatever the order has begun and not finished; joins the work where it is already under way. Safe to call at any time.</summary>
    [Alias("resume"), AlwaysInterleave]
    Task Resume();
}
