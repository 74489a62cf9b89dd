namespace OrderFlow.Orders;

/// <summary>A run of order ids that belongs to whoever was given it; ids that are not used are lost, never given twice.</summary>
/// <param name="First">The first id.</param>
/// <param name="Count">How many there are.</param>
[GenerateSerializer, Immutable, Alias("order-id-block")]
public sealed record OrderIdBlock(
    [property: Id(0)] long First,
    [property: Id(1)] int Count);

/// <summary>Hands out order ids in blocks, so that most orders cost no round trip for theirs. Stateless: any silo answers.</summary>
[Alias("order-ids")]
public interface IOrderIdsGrain : IGrainWithIntegerKey
{
    /// <summary>The next block of ids. No id is ever in two blocks.</summary>
    [Alias("take")]
    Task<OrderIdBlock> Take();
}
