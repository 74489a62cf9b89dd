namespace OrderFlow.Inventory;

/// <summary>A text that may be a product's id, or another spelling of it.</summary>
/// <param name="Id">The text as it was given.</param>
/// <param name="Normalized">The text in Unicode normalization form C, as ids of new products are.</param>
/// <param name="Exists">True where a product has exactly this id, which may be older than the normalization of ids.</param>
[GenerateSerializer, Immutable, Alias("product-name")]
public sealed record ProductName([property: Id(0)] string Id, [property: Id(1)] string Normalized, [property: Id(2)] bool Exists)
{
    /// <summary>The id of the product that the text means.</summary>
    public string ResolvedId => Exists ? Id : Normalized;
}
