namespace OrderFlow.Orders;

/// <summary>
/// Places orders with an <c>Idempotency-Key</c>: however often an order is placed with one, there is one order, and one answer.
/// Its own key is one of <see cref="StatelessWorkerKeys"/>.
/// </summary>
[Alias("idempotency")]
public interface IIdempotencyGrain : IGrainWithIntegerKey
{
    /// <summary>
    /// Places the order once. The order's id is kept before it is placed, so that a call that broke off anywhere can be made again.
    /// After a refusal or an error the next call tries again. Where the id belongs to another order the key gets <paramref name="freshId"/> instead; IdTaken where that does too.
    /// </summary>
    /// <param name="key">What stands for the user and the key.</param>
    /// <param name="freshId">The id for the order, should this be the key's first use, or the id it has be taken.</param>
    /// <param name="command">The command; its request is the key's, should this be the key's first use.</param>
    [Alias("place-once")]
    Task<PlacedOnce> Place(string key, long freshId, PlaceOrder command);
}

/// <summary>What became of placing an order with a key.</summary>
/// <param name="Use">How the key was used before.</param>
/// <param name="Result">What the order answered, now or the first time; null where the key belongs to another command.</param>
[GenerateSerializer, Immutable, Alias("placed-once")]
public sealed record PlacedOnce([property: Id(0)] KeyUse Use, [property: Id(1)] OrderResult? Result);

/// <summary>How a key was used before.</summary>
[GenerateSerializer, Alias("key-use")]
public enum KeyUse
{
    /// <summary>Not at all, or nothing came of it.</summary>
    First,

    /// <summary>With the same command: the result is what was answered then.</summary>
    Repeated,

    /// <summary>With another command: nothing was done.</summary>
    OtherCommand,
}
