using OrderFlow.Api.Errors;
using OrderFlow.Api.Lists;
using OrderFlow.Orders;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Orders;

/// <summary>The query parameters of <c>GET /orders</c>.</summary>
internal static class OrderListParameters
{
    /// <summary>Parses the parameters; their errors are added to <paramref name="errors"/>.</summary>
    public static OrderQuery Read(string? status, string? userId, string? page, string? limit, string? cursor, ValidationErrors errors)
    {
        var wanted = status is null ? null : OrderStatusNames.FromWireName(status);
        if (status is not null && wanted is null) errors.Add("status", ChangeStatusRequest.Objection);
        if (userId is not null) errors.Add("userId", TextId.Validate(userId, Limits.UserIdLength));

        var (number, size) = PageParameters.Read(page, limit, errors);
        var position = cursor is null ? null : OrderCursor.Parse(cursor);
        PageParameters.ValidateCursor(cursor, position is not null, page, errors);
        return new OrderQuery(wanted, userId, number, size, position);
    }
}
