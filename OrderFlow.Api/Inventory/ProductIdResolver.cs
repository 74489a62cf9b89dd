using System.Globalization;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Orders;
using OrderFlow.Inventory;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Inventory;

/// <summary>
/// Which products are meant by ids that can be written in several ways, or hold what nobody sees. The exact id comes first, for products that have been
/// there for long. No product is ever removed, and none is made with such an id any more: what is looked up here stays true.
/// </summary>
internal static class ProductIdResolver
{
    /// <summary>What an id means. Most are plain, and nobody is asked.</summary>
    public static async Task<ProductName> Resolve(ClusterClient cluster, string id) =>
        ProductIds.IsUnambiguous(id) ? new(id, id, Exists: false) : (await Resolve(cluster, [id]))[0];

    /// <summary>What is wrong with the ids of an order's lines. Lines are stored as they were sent, so that an id which is not exact would be no product's.</summary>
    public static async Task<ValidationErrors> Validate(ClusterClient cluster, OrderLineRequest?[] lines)
    {
        var violations = new ValidationErrors();
        if (Array.TrueForAll(lines, line => ProductIds.IsUnambiguous(line!.ProductId!))) return violations;

        string[] doubtful = [.. lines.Select(line => line!.ProductId!).Where(id => !ProductIds.IsUnambiguous(id)).Distinct(StringComparer.Ordinal)];
        var names = (await Resolve(cluster, doubtful)).ToDictionary(name => name.Id, StringComparer.Ordinal);
        for (var i = 0; i < lines.Length; i++)
        {
            if (names.TryGetValue(lines[i]!.ProductId!, out var name) && !name.Exists)
                violations.Add(string.Create(CultureInfo.InvariantCulture, $"items[{i}].productId"), ObjectionTo(name));
        }

        return violations;
    }

    /// <summary>Asks before anything is changed: where there is no answer, nothing was done.</summary>
    private static async Task<ProductName[]> Resolve(ClusterClient cluster, string[] ids)
    {
        try
        {
            return await cluster.CallWithRetry(grains => grains.GetGrain<IStockQueryGrain>(0).Resolve(ids));
        }
        catch (ClusterUnavailableException away)
        {
            throw new ClusterUnavailableException(away, wasSent: false);
        }
    }

    private static string? ObjectionTo(ProductName name) => TextId.ValidateVisible(name.Id)
        ?? (name.Normalized == name.Id ? null : "must be in Unicode normalization form C, unless a product has exactly this id");
}
