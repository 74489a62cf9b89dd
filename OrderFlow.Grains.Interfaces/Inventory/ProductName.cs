namespace OrderFlow.Inventory;

/// <summary>A text that may be a product's id, or the same id written in another way.</summary>
/// <param name="Id">The text, as it was asked about.</param>
/// <param name="Normalized">The same in Unicode's normalization form C, as ids of new products are.</param>
/// <param name="Exists">Whether a product has exactly this id. Those made before ids were normalized may, whatever it is.</param>
[GenerateSerializer, Immutable, Alias("product-name")]
public sealed record ProductName([property: Id(0)] string Id, [property: Id(1)] string Normalized, [property: Id(2)] bool Exists)
{
    /// <summary>The id of the product that the text means.</summary>
    public string ResolvedId => Exists ? Id : Normalized;
}
