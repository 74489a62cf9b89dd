namespace OrderFlow.Orders;

/// <summary>Consecutive order ids that belong to one caller; unused ones are lost, never given twice.</summary>
/// <param name="First">The first id.</param>
/// <param name="Count">How many there are.</param>
[GenerateSerializer, Immutable, Alias("order-id-block")]
public sealed record OrderIdBlock(
    [property: Id(0)] long First,
    [property: Id(1)] int Count);

/// <summary>Hands out order ids in blocks, so that most orders need no call for theirs. Stateless: any silo answers.</summary>
[Alias("order-ids")]
public interface IOrderIdsGrain : IGrainWithIntegerKey
{
    /// <summary>The next block of ids. No id is ever in two blocks.</summary>
    [Alias("take")]
    Task<OrderIdBlock> Take();
}
