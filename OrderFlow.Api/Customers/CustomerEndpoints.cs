using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.OpenApi;
using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Customers;

/// <summary>The resource <c>/customers</c>: what is known of a customer.</summary>
internal static class CustomerEndpoints
{
    /// <summary>Maps the resource.</summary>
    public static void MapCustomers(this IEndpointRouteBuilder routes) =>
        routes.MapDelete("/customers/{userId}/contact", RemoveContact).RequireAuthorization(BearerTokens.AdminPolicy).WithTags("Customers")
            .Describe("removeCustomerContact", "Remove a customer's contact", 400)
            .WithDescription("From all of the customer's orders and notifications. If it is interrupted, repeat it: what was removed stays so.");

    /// <summary>Removes whom to notify from a customer's orders, then from the notifications, a step at a time. A repeat does what is left.</summary>
    private static async Task<Results<Ok<ContactRemovedResponse>, ProblemHttpResult>> RemoveContact(string userId, ClusterClient cluster, RollingUpgrade upgrade)
    {
        userId = userId.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);   // the only escape that the server leaves as it is
        if (TextId.Validate(userId, Limits.UserIdLength) is { } error) return Problems.Invalid("userId", error);
        if (!upgrade.IsComplete()) throw new ClusterUnavailableException(cause: null, wasSent: false);   // 1.0.0 cannot change its orders so

        var orders = 0L;
        OrderListPosition? after = null;
        do
        {
            var step = await cluster.CallWithRetry(grains => Contacts(grains).RemoveFromOrders(userId, after));
            (orders, after) = (orders + step.Removed, step.After);
        }
        while (after is not null);

        var notifications = 0L;
        string? cursor = null;
        do
        {
            var step = await cluster.CallWithRetry(grains => Contacts(grains).RemoveFromNotifications(userId, cursor));
            (notifications, cursor) = (notifications + step.Removed, step.Cursor);
        }
        while (cursor is not null);

        return TypedResults.Ok(new ContactRemovedResponse(orders, notifications));
    }

    private static IContactGrain Contacts(IGrainFactory grains) => grains.GetNewGrain<IContactGrain>(0);
}
