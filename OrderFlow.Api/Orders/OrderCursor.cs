using System.Buffers.Text;
using System.Globalization;
using System.Text;
using OrderFlow.Orders;

namespace OrderFlow.Api.Orders;

/// <summary>A position in the list of orders as an opaque text: <c>nextCursor</c> of a page, <c>cursor</c> of the next request.</summary>
internal static class OrderCursor
{
    /// <summary>The most characters of a cursor.</summary>
    public const int MaxLength = 64;

    /// <summary>The position right after an order.</summary>
    public static string After(DateTimeOffset createdAt, long id) =>
        Base64Url.EncodeToString(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{createdAt.UtcTicks}.{id}")));

    /// <summary>Parses a cursor; null if it is not valid.</summary>
    public static OrderListPosition? Parse(string text)
    {
        if (text.Length > MaxLength || !Base64Url.IsValid(text)) return null;

        return Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text)).Split('.') is [var ticks, var id]
            && long.TryParse(ticks, NumberStyles.None, CultureInfo.InvariantCulture, out var at) && at <= DateTime.MaxValue.Ticks
            && long.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var orderId)
                ? new(new DateTimeOffset(at, TimeSpan.Zero), orderId)
                : null;
    }
}
