using Orleans.Concurrency;

namespace OrderFlow.Inventory;

/// <summary>
/// What admins can do with a product's stock since version 1.1; the key is the product id. An interface of its own, as <see cref="Orders.IOrderFulfilmentGrain"/>.
/// Every command may be repeated: one with the <see cref="StockOperation.Id"/> of an earlier one is answered as that.
/// </summary>
[Alias("stock-admin")]
public interface IStockAdminGrain : IGrainWithStringKey
{
    /// <summary>Creates or restores the product, or sets its available units and price; reserved units stay reserved.</summary>
    /// <param name="operation">The operation.</param>
    /// <param name="availableQuantity">Available units.</param>
    /// <param name="unitPrice">The price of one unit.</param>
    /// <param name="lowStockThreshold">The threshold; null to keep the one it has.</param>
    [Alias("set"), AlwaysInterleave]
    Task<StockResult> Set(StockOperation operation, long availableQuantity, decimal unitPrice, long? lowStockThreshold);

    /// <summary>Adds units to an existing product. Conflict where the sum would exceed <see cref="Limits.AvailableQuantity"/>.</summary>
    [Alias("restock"), AlwaysInterleave]
    Task<StockResult> Restock(StockOperation operation, long quantity);

    /// <summary>Adds or removes available units of an existing product. Conflict where the sum would be negative or exceed the limit.</summary>
    [Alias("adjust"), AlwaysInterleave]
    Task<StockResult> Adjust(StockOperation operation, long delta);

    /// <summary>Sets the price and the threshold. The operation's versions are those of the settings.</summary>
    [Alias("change-settings"), AlwaysInterleave]
    Task<StockResult> ChangeSettings(StockOperation operation, decimal unitPrice, long? lowStockThreshold);

    /// <summary>Removes the product from lists and from what orders can reserve. Conflict while units are reserved; Unsupported until all silos know archived products.</summary>
    [Alias("archive"), AlwaysInterleave]
    Task<StockResult> Archive(StockOperation operation);

    /// <summary>Records what a silo of 1.0.0 has changed, as the next write would.</summary>
    [Alias("record-changes"), AlwaysInterleave]
    Task RecordChanges();
}

/// <summary>What every command of an admin carries.</summary>
/// <param name="Id">The same for a repeated command, and unique for the product; at most 64 characters.</param>
/// <param name="By">Who calls.</param>
/// <param name="IfVersion">The versions that the command requires.</param>
/// <param name="MustExist">True where it requires any version (<c>If-Match: *</c>).</param>
/// <param name="MustBeNew">True where it requires that there is none (<c>If-None-Match: *</c>).</param>
/// <param name="Reason">Why, in the admin's words.</param>
/// <param name="RequestId">The request, which the API may send several times: the first answer to it does not count as a repeat.</param>
[GenerateSerializer, Immutable, Alias("stock-operation")]
public sealed record StockOperation(
    [property: Id(0)] string Id,
    [property: Id(1)] Caller By,
    [property: Id(2)] IfVersion IfVersion = default,
    [property: Id(3)] bool MustExist = false,
    [property: Id(4)] bool MustBeNew = false,
    [property: Id(5)] string? Reason = null,
    [property: Id(6)] Guid RequestId = default);
