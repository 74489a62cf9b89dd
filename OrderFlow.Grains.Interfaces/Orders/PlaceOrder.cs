using System.Collections.Immutable;

namespace OrderFlow.Orders;

/// <summary>The command to place an order.</summary>
/// <param name="By">Who places it.</param>
/// <param name="UserId">Whose order it will be; an admin may place one for somebody else.</param>
/// <param name="Items">The lines, 1 to 100.</param>
/// <param name="AgreedTotal">The total the client agreed to, or null for no price check. The order fails where the computed total differs.</param>
/// <param name="RequestId">
/// Which request this is, however often it is made: the order remembers it, and so tells a repeat from another request for the same. Null from a program that knows none.
/// </param>
[GenerateSerializer, Immutable, Alias("place-order")]
public sealed record PlaceOrder(
    [property: Id(0)] Caller By,
    [property: Id(1)] string UserId,
    [property: Id(2)] ImmutableArray<OrderLine> Items,
    [property: Id(3)] decimal? AgreedTotal,
    [property: Id(4)] Guid? RequestId = null);
