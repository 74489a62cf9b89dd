using Orleans.Concurrency;

namespace OrderFlow.Orders;

/// <summary>One order; the key is its id. Placed as pending, it reserves stock of each product and settles as reserved or failed.</summary>
/// <remarks>Every method that takes a caller answers <see cref="Outcome.NotFound"/> to all but the owner and callers who <see cref="Caller.SeesAll"/>.</remarks>
[Alias("order")]
public interface IOrderGrain : IGrainWithIntegerKey
{
    /// <summary>Stores the order as pending, with its <c>order.created</c> event; it reserves stock after the answer.</summary>
    /// <returns>
    /// Ok with the order as it was placed, also to a repeat of the request, whatever has happened to the order since;
    /// IdTaken where the id belongs to another request's order; Forbidden where the order is for another user.
    /// </returns>
    [Alias("place")]
    Task<OrderResult> Place(PlaceOrder command);

    /// <summary>The persisted order. Never waits for commands or reservations.</summary>
    [Alias("get"), AlwaysInterleave]
    Task<OrderResult> Get(Caller by);

    /// <summary>The order's transitions after a version, oldest first, of the last 20 that it keeps. Never waits, as <see cref="Get"/>.</summary>
    /// <param name="by">Who calls.</param>
    /// <param name="afterVersion">The last version that the caller knows; 0 for none.</param>
    [Alias("get-transitions"), AlwaysInterleave]
    Task<OrderTransitions> GetTransitions(Caller by, long afterVersion);

    /// <summary>
    /// Cancels a pending or reserved order (owner or admin), or retries a failed one (<see cref="OrderStatus.Pending"/>, admin only).
    /// Ok, without a change, where it already has the status; Conflict, with the allowed statuses that 1.0.0 knows, for any other change;
    /// Stale, with the order, where <paramref name="ifVersion"/> does not allow its version.
    /// </summary>
    [Alias("change-status")]
    Task<OrderResult> ChangeStatus(OrderStatus target, Caller by, IfVersion ifVersion = default);

    /// <summary>Releases the order's stock and deletes it; its id stays taken. Stale as with <see cref="ChangeStatus"/>.</summary>
    [Alias("delete")]
    Task<OrderResult> Delete(Caller by, IfVersion ifVersion = default);

    /// <summary>The persisted order once it has settled, or after <paramref name="timeout"/>, at most <see cref="CallTimeouts.MaxGrainWait"/>.</summary>
    [Alias("get-settled"), AlwaysInterleave]
    Task<OrderResult> GetSettled(Caller by, TimeSpan timeout);

    /// <summary>Continues an unsettled order, or joins the work that is already running. Safe to call at any time.</summary>
    [Alias("resume"), AlwaysInterleave]
    Task Resume();
}
