using System.Collections.Frozen;
using System.Text;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Inventory;

/// <summary>Which product ids there can be: a product must be reachable at <c>/inventory/{productId}</c>, and a person must be able to tell it from others.</summary>
internal static class ProductIds
{
    /// <summary>Names that mean something else in a path below <c>/inventory</c>, where letters' case does not count.</summary>
    private static readonly FrozenSet<string> Reserved = FrozenSet.Create(StringComparer.OrdinalIgnoreCase, "health", ".", "..");

    /// <summary>What is wrong with a product id; null where nothing is.</summary>
    public static string? Validate(string? id) =>
        TextId.Validate(id, Limits.ProductIdLength)
        ?? (id!.Contains('/', StringComparison.Ordinal) ? "must not hold a slash" : null);

    /// <summary>The same for an id that comes from a path. An escaped slash arrives there still escaped, and must not become part of a name.</summary>
    public static string? ValidateInPath(string id) =>
        id.Contains("%2F", StringComparison.OrdinalIgnoreCase) ? "must not hold a slash" : Validate(id);

    /// <summary>What is wrong with an id that a product is to be made with, beyond that: those that there are may have it.</summary>
    public static string? ValidateNew(string id) =>
        Reserved.Contains(id) ? "is a name that no product can have: in a path it means something else" : TextId.ValidateVisible(id);

    /// <summary>True where an id is the only way to write itself. Any other may have been meant as the id of another product: <see cref="ProductIdResolver"/>.</summary>
    public static bool IsUnambiguous(string id) => Ascii.IsValid(id) || (NormalForm.IsCertain(id) && TextId.ValidateVisible(id) is null);
}
