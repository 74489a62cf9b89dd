using OrderFlow.Ids;

namespace OrderFlow.Api.Inventory;

/// <summary>Which product ids there can be: a product must be reachable at <c>/inventory/{productId}</c>.</summary>
internal static class ProductIds
{
    /// <summary>What is wrong with a product id; null where nothing is.</summary>
    public static string? Objection(string? id) =>
        TextId.Objection(id, Limits.ProductIdLength)
        ?? (id!.Contains('/', StringComparison.Ordinal) ? "must not hold a slash" : null);

    /// <summary>
    /// The same for an id that comes from a path. An escaped slash arrives there still escaped, and must not become part of a name;
    /// <c>health</c>, <c>.</c> and <c>..</c> have a meaning of their own in a path.
    /// </summary>
    public static string? ObjectionInPath(string id)
    {
        if (id.Contains("%2F", StringComparison.OrdinalIgnoreCase)) return "must not hold a slash";
        if (id is "health" or "." or "..") return "is a name that no product can have";
        return Objection(id);
    }
}
