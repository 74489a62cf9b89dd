using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>The command to place an order.</summary>
/// <param name="By">Who places it.</param>
/// <param name="UserId">Whose order it will be; an admin may place one for another user.</param>
/// <param name="Items">The lines, 1 to 100.</param>
/// <param name="AgreedTotal">The total the client agreed to, or null for no price check. The order fails where the computed total differs.</param>
/// <param name="RequestId">The same in every repeat of a request. The order stores it, to tell a repeat from another request with the same body. Null from 1.0.0.</param>
/// <param name="ReserveFor">How long its stock stays reserved unless it is confirmed; null for the default of the silos.</param>
/// <param name="Contact">Whom to notify, as far as the request says; null where it does not.</param>
/// <param name="DefaultContact">Whom to notify by the caller's token, where the request names no address; null where it has none.</param>
[GenerateSerializer, Immutable, Alias("place-order")]
public sealed record PlaceOrder(
    [property: Id(0)] Caller By,
    [property: Id(1)] string UserId,
    [property: Id(2)] ImmutableArray<OrderLine> Items,
    [property: Id(3)] decimal? AgreedTotal,
    [property: Id(4)] Guid? RequestId = null,
    [property: Id(5)] TimeSpan? ReserveFor = null,
    [property: Id(6)] OrderContact? Contact = null,
    [property: Id(7)] OrderContact? DefaultContact = null)
{
    /// <summary>True where 1.0.0 would drop a part of the request.</summary>
    public bool NeedsUpgradedSilos => ReserveFor is not null || Contact is not null;
}
