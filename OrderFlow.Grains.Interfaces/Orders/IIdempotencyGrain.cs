namespace OrderFlow.Orders;

/// <summary>
/// Places orders with an <c>Idempotency-Key</c>: however often one is used, there is one order and one answer.
/// The grain's own key is one of <see cref="StatelessWorkerKeys"/>.
/// </summary>
[Alias("idempotency")]
public interface IIdempotencyGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Places the order once. Its id is stored before it is placed, so that a call that broke off can be repeated; a refusal or an error does not use up the key.
    /// Where the stored id belongs to another order, the key gets <paramref name="freshId"/>; IdTaken where that is taken, too.
    /// </summary>
    /// <param name="key">Identifies the user and the key.</param>
    /// <param name="freshId">The order's id where this is the key's first use, or where its stored id is taken.</param>
    /// <param name="command">The command; on the key's first use its request becomes the key's.</param>
    [Alias("place-once")]
    Task<PlacedOnce> Place(string key, long freshId, PlaceOrder command);
}

/// <summary>Places orders that expire or have a contact, as <see cref="IIdempotencyGrain"/> does others. A grain type of its own, as <see cref="IOrderSearchGrain"/>.</summary>
[Alias("expiring-idempotency")]
public interface IExpiringIdempotencyGrain : IGrainWithIntegerKey
{
    /// <inheritdoc cref="IIdempotencyGrain.Place"/>
    [Alias("place-once")]
    Task<PlacedOnce> Place(string key, long freshId, PlaceOrder command);
}

/// <summary>The result of placing an order with a key.</summary>
/// <param name="Use">How the key was used before.</param>
/// <param name="Result">The order's answer, now or the first time; null where the key belongs to another command.</param>
[GenerateSerializer, Immutable, Alias("placed-once")]
public sealed record PlacedOnce([property: Id(0)] KeyUse Use, [property: Id(1)] OrderResult? Result);

/// <summary>How a key was used before.</summary>
[GenerateSerializer, Alias("key-use")]
public enum KeyUse
{
    /// <summary>Not at all, or without success.</summary>
    First,

    /// <summary>With the same command: the result is the first answer.</summary>
    Repeated,

    /// <summary>With another command: nothing was done.</summary>
    OtherCommand,
}
