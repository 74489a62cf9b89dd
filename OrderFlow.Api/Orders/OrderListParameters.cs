using OrderFlow.Api.Errors;
using OrderFlow.Api.Lists;
using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Orders;

/// <summary>The query parameters of <c>GET /orders</c>.</summary>
internal static class OrderListParameters
{
    /// <summary>Reads the parameters as they were sent; what is wrong with them goes to <paramref name="violations"/>.</summary>
    public static OrderQuery Read(string? status, string? userId, string? page, string? limit, string? cursor, ValidationErrors violations)
    {
        var wanted = status is null ? null : OrderStatusNames.FromWireName(status);
        if (status is not null && wanted is null) violations.Add("status", ChangeStatusRequest.Objection);
        if (userId is not null) violations.Add("userId", TextId.Validate(userId, Limits.UserIdLength));

        var (number, size) = PageParameters.Read(page, limit, violations);
        var place = cursor is null ? null : OrderCursor.Parse(cursor);
        PageParameters.ValidateCursor(cursor, place is not null, page, violations);
        return new OrderQuery(wanted, userId, number, size, place);
    }
}
