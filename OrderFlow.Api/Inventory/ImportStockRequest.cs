using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using OrderFlow.Api.Errors;

namespace OrderFlow.Api.Inventory;

/// <summary>The body of <c>POST /inventory/import</c> as JSON.</summary>
/// <param name="Items">The products, each once.</param>
internal sealed record ImportStockRequest(ImportStockRow?[]? Items)
{
    /// <summary>The most bytes of a body.</summary>
    public const int MaxBytes = 1024 * 1024;

    /// <summary>Identifies the rows: other rows have another fingerprint.</summary>
    public string ComputeFingerprint() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', Items!.Select(row => string.Create(
        CultureInfo.InvariantCulture, $"{row!.ProductId} {row.AvailableQuantity} {row.UnitPrice} {row.LowStockThreshold}"))))));

    /// <summary>Adds every error that depends on nothing but its row. In place of a row that could not be read, and has its error already, is null.</summary>
    public void Validate(ValidationErrors errors)
    {
        errors.Add("items", ErrorOfCount(Items?.Length));
        if (Items is not { Length: <= Limits.ImportedProducts }) return;

        for (var index = 0; index < Items.Length; index++) Items[index]?.Validate(PathOf(index), errors);
    }

    /// <summary>The error of a number of rows.</summary>
    public static string? ErrorOfCount(int? count) => count switch
    {
        null => "is required",
        0 or > Limits.ImportedProducts => $"must have 1 to {Limits.ImportedProducts} rows",
        _ => null,
    };

    /// <summary>Adds an error for each row with the product of an earlier one.</summary>
    public static void AddDuplicates(string[] productIds, ValidationErrors errors)
    {
        var firstOf = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < productIds.Length; index++)
        {
            if (productIds[index] is { Length: > 0 } id && !firstOf.TryAdd(id, index)) errors.Add($"{PathOf(index)}.productId", $"is the product of {PathOf(firstOf[id])}, too");
        }
    }

    /// <summary>The path of a row in errors.</summary>
    public static string PathOf(int index) => string.Create(CultureInfo.InvariantCulture, $"items[{index}]");
}

/// <summary>One product of an import.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="AvailableQuantity">The units that can be reserved from now on; reserved units stay reserved.</param>
/// <param name="UnitPrice">The price of one unit.</param>
/// <param name="LowStockThreshold">The product is low while no more units than these are available; absent or null to keep the threshold it has.</param>
internal sealed record ImportStockRow(string? ProductId, long? AvailableQuantity, decimal? UnitPrice, long? LowStockThreshold = null)
{
    /// <summary>Adds every error of the row.</summary>
    public void Validate(string path, ValidationErrors errors)
    {
        errors.Add($"{path}.productId", ProductIds.ValidateReachable(ProductId));
        errors.Add($"{path}.availableQuantity", UnitQuantity.Validate(AvailableQuantity, 0, Limits.AvailableQuantity));
        errors.Add($"{path}.unitPrice", Money.Validate(UnitPrice, Limits.UnitPrice));
        errors.Add($"{path}.lowStockThreshold", UnitQuantity.ValidateThreshold(LowStockThreshold));
    }
}
