using System.Buffers.Text;
using System.Globalization;
using System.Text;

namespace OrderFlow.Api.Notifications;

/// <summary>A position in the list of an order's notifications as an opaque text, which is the id of the last one.</summary>
internal static class NotificationCursor
{
    /// <summary>Keeps another list's cursor from being accepted.</summary>
    private const string Prefix = "notification:";

    /// <summary>The position right after a notification.</summary>
    public static string After(string jobId) => Base64Url.EncodeToString(Encoding.ASCII.GetBytes(Prefix + jobId));

    /// <summary>Parses a cursor to the last notification before the page; null if it is not valid, or another order's.</summary>
    public static string? Parse(long orderId, string text)
    {
        if (text.Length > Orders.OrderCursor.MaxLength || !Base64Url.IsValid(text)) return null;

        var position = Encoding.ASCII.GetString(Base64Url.DecodeFromChars(text));
        if (!position.StartsWith(Prefix, StringComparison.Ordinal)) return null;

        var jobId = position[Prefix.Length..];
        return jobId.Split('-') is [var order, var version]
            && order == orderId.ToString(CultureInfo.InvariantCulture) && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out _)
                ? jobId
                : null;
    }
}
