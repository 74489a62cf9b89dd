namespace OrderFlow.Inventory;

/// <summary>
/// Remembers the <c>Idempotency-Key</c>s of imports. A grain type of its own, as <see cref="Orders.IOrderSearchGrain"/>.
/// </summary>
[Alias("stock-import")]
public interface IStockImportGrain : IGrainWithIntegerKey
{
    /// <summary>Stores the import on the key's first use, before any row is written.</summary>
    /// <param name="key">Identifies the user and the key.</param>
    /// <param name="fingerprint">The whole import as a hash.</param>
    /// <param name="importId">The import's id where this is the key's first use.</param>
    /// <returns>The id of the key's import, and how the key was used before.</returns>
    [Alias("begin")]
    Task<StockImport> Begin(string key, string fingerprint, Guid importId);
}

/// <summary>An import with a key.</summary>
/// <param name="Use">How the key was used before.</param>
/// <param name="ImportId">The import's id: part of the id of each row's operation.</param>
[GenerateSerializer, Immutable, Alias("stock-import-key")]
public sealed record StockImport([property: Id(0)] Orders.KeyUse Use, [property: Id(1)] Guid ImportId);
