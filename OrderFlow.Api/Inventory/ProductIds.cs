using System.Collections.Frozen;
using System.Text;
using OrderFlow.Inventory;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Inventory;

/// <summary>Validates product ids: a product must be reachable at <c>/inventory/{productId}</c>, and a person must be able to tell it from others.</summary>
internal static class ProductIds
{
    /// <summary>Names with another meaning in a path below <c>/inventory</c>, where case does not matter.</summary>
    private static readonly FrozenSet<string> Reserved = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "health", ".", "..");

    /// <summary>The error of a product id; null if it is valid.</summary>
    public static string? Validate(string? id) =>
        TextId.Validate(id, Limits.ProductIdLength)
        ?? (id!.Contains('/', StringComparison.Ordinal) ? "must not hold a slash" : null);

    /// <summary>The error of a product id in a path, or of one that must be reachable by a path: an escaped slash arrives there still escaped.</summary>
    public static string? ValidateReachable(string? id) =>
        id?.Contains("%2F", StringComparison.OrdinalIgnoreCase) == true ? "must not hold a slash, nor an escaped one" : Validate(id);

    /// <summary>The further error of a new product's id; existing products may have such an id.</summary>
    public static string? ValidateNew(string id) =>
        Reserved.Contains(id) ? "is a name that no product can have: in a path it means something else" : TextId.ValidateVisible(id);

    /// <summary>The error of the id of a product to create or set; null if it is valid.</summary>
    public static string? ValidateName(ProductName name) => name.Exists ? null : Validate(name.Normalized) ?? ValidateNew(name.Normalized);

    /// <summary>True if the id can be written in one way only. Any other may have been meant as another product's: <see cref="ProductIdResolver"/>.</summary>
    public static bool IsUnambiguous(string id) => Ascii.IsValid(id) || (NormalForm.PassesQuickCheck(id) && TextId.ValidateVisible(id) is null);
}
