namespace OrderFlow.Orders;

/// <summary>One line of an order. Several lines may name the same product; they are stored as they were sent.</summary>
/// <param name="ProductId">The product, 1 to 64 characters.</param>
/// <param name="Quantity">Units, 1 to 1,000,000.</param>
[GenerateSerializer, Immutable, Alias("order-line")]
public sealed record OrderLine(
    [property: Id(0)] string ProductId,
    [property: Id(1)] int Quantity);
