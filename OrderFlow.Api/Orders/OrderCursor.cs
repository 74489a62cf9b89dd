using System.Globalization;
using OrderFlow.Api.Lists;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>A position in the list of orders.</summary>
internal static class OrderCursor
{
    private static readonly Cursor Cursor = new(prefix: "");

    /// <summary>The position right after an order.</summary>
    public static string After(DateTimeOffset createdAt, long id) => Cursor.To(string.Create(CultureInfo.InvariantCulture, $"{createdAt.UtcTicks}.{id}"));

    /// <summary>Parses a cursor; null if it is not valid.</summary>
    public static OrderListPosition? Parse(string text) => Cursor.Parse(text)?.Split('.') is [var ticks, var id]
        && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= DateTime.MaxValue.Ticks
        && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var orderId)
            ? new(new DateTimeOffset(at, TimeSpan.Zero), orderId)
            : null;
}
