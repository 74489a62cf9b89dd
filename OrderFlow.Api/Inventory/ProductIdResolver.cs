using System.Globalization;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Orders;
using OrderFlow.Inventory;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Inventory;

/// <summary>
/// Finds the product of an id that can be written in several ways or holds invisible characters. An exact match comes first, for products created before ids
/// were normalized. Products are never removed and no new one gets such an id, so a result stays true.
/// </summary>
internal static class ProductIdResolver
{
    /// <summary>Resolves an id. Most are unambiguous and need no call.</summary>
    public static async Task<ProductName> Resolve(ClusterClient cluster, string id) =>
        ProductIds.IsUnambiguous(id) ? new(id, id, Exists: false) : (await Resolve(cluster, [id]))[0];

    /// <summary>Resolves ids, in their order.</summary>
    public static async Task<ProductName[]> ResolveAll(ClusterClient cluster, string[] ids)
    {
        var names = new Dictionary<string, ProductName>(StringComparer.Ordinal);
        foreach (var chunk in ids.Where(id => !ProductIds.IsUnambiguous(id)).Distinct(StringComparer.Ordinal).Chunk(Limits.OrderLines))
        foreach (var name in await Resolve(cluster, chunk))
            names[name.Id] = name;
        return Array.ConvertAll(ids, id => names.GetValueOrDefault(id) ?? new(id, id, Exists: false));
    }

    /// <summary>The errors of the ids of an order's lines. Lines are stored as they were sent, so an id that is not exact would be no product's.</summary>
    public static async Task<ValidationErrors> Validate(ClusterClient cluster, PlaceOrderLineRequest?[] lines)
    {
        var errors = new ValidationErrors();
        if (Array.TrueForAll(lines, line => ProductIds.IsUnambiguous(line!.ProductId!))) return errors;

        string[] ambiguous = [.. lines.Select(line => line!.ProductId!).Where(id => !ProductIds.IsUnambiguous(id)).Distinct(StringComparer.Ordinal)];
        var names = (await Resolve(cluster, ambiguous)).ToDictionary(name => name.Id, StringComparer.Ordinal);
        for (var i = 0; i < lines.Length; i++)
        {
            if (names.TryGetValue(lines[i]!.ProductId!, out var name) && !name.Exists)
                errors.Add(string.Create(CultureInfo.InvariantCulture, $"items[{i}].productId"), ErrorOf(name));
        }

        return errors;
    }

    private static Task<ProductName[]> Resolve(ClusterClient cluster, string[] ids) =>
        cluster.CallBeforeChanges(grains => grains.GetGrain<IStockQueryGrain>(0).Resolve(ids));

    private static string? ErrorOf(ProductName name) => TextId.ValidateVisible(name.Id)
        ?? (name.Normalized == name.Id ? null : "must be in Unicode normalization form C, unless a product has exactly this id");
}
