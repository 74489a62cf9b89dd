namespace OrderFlow.Inventory;

/// <summary>Reads commands of admins that were carried out; each stock item writes its own.</summary>
internal interface IStockOperations
{
    /// <summary>Those of this product with one of these ids.</summary>
    Task<IReadOnlyList<StoredStockOperation>> Find(string productId, IReadOnlyList<string> ids);
}
