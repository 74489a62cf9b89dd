using System.Collections.Immutable;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Inventory;
using OrderFlow.Api.Lists;
using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Orders;

/// <summary>Which orders a list is to have.</summary>
/// <param name="Statuses">Those with one of these statuses; empty for all.</param>
/// <param name="UserId">Those of this user.</param>
/// <param name="CreatedFrom">Those created at this time or later.</param>
/// <param name="CreatedTo">Those created before this time.</param>
/// <param name="ProductId">Those with a line of this product.</param>
internal sealed record OrderFilters(
    ImmutableArray<OrderStatus> Statuses, string? UserId, DateTimeOffset? CreatedFrom, DateTimeOffset? CreatedTo, string? ProductId)
{
    /// <summary>Parses the query parameters.</summary>
    public static OrderFilters Read(string? status, string? userId, string? createdFrom, string? createdTo, string? productId, ValidationErrors errors)
    {
        if (userId is not null) errors.Add("userId", TextId.Validate(userId, Limits.UserIdLength));
        if (productId is not null) errors.Add("productId", ProductIds.Validate(productId));
        var (from, to) = (TimeParameter.Read("createdFrom", createdFrom, errors), TimeParameter.Read("createdTo", createdTo, errors));
        if (from >= to) errors.Add("createdTo", "must be later than createdFrom");
        return new(ReadStatuses(status, errors), userId, from, to, productId);
    }

    /// <summary>The query for one page.</summary>
    public async Task<OrderQuery> ToQuery(ClusterClient cluster, PageParameters page, OrderListPosition? after)
    {
        // A silo of 1.0.0 knows one of its own statuses, and its field.
        OrderStatus? only = Statuses is [<= OrderStatus.Cancelled and var known] ? known : null;
        var product = ProductId is null ? null : (await ProductIdResolver.Resolve(cluster, ProductId)).ResolvedId;
        return new(only, UserId, page.Page, page.Limit, after, only is null && !Statuses.IsEmpty ? Statuses : default, CreatedFrom, CreatedTo, product);
    }

    private static ImmutableArray<OrderStatus> ReadStatuses(string? names, ValidationErrors errors)
    {
        if (names is null) return [];

        var statuses = ImmutableArray.CreateBuilder<OrderStatus>();
        foreach (var name in names.Split(',').Distinct(StringComparer.Ordinal).Take(OrderStatusNames.Known.Count + 1))   // of more one is unknown
        {
            if (OrderStatusNames.FromWireName(name) is { } status) statuses.Add(status);
            else errors.Add("status", $"{ChangeStatusRequest.UnknownStatus}, or several of them with commas between; \"{name}\" is not one");
        }

        return statuses.ToImmutable();
    }
}
