using System.Globalization;
using OrderFlow.Api.Lists;

namespace OrderFlow.Api.Notifications;

/// <summary>A position in the list of an order's notifications: the id of the last one.</summary>
internal static class NotificationCursor
{
    private static readonly Cursor Cursor = new("notification:");

    /// <summary>The position right after a notification.</summary>
    public static string After(string jobId) => Cursor.To(jobId);

    /// <summary>Parses a cursor to the last notification before the page; null if it is not valid, or another order's.</summary>
    public static string? Parse(long orderId, string text) => Cursor.Parse(text) is { } jobId && jobId.Split('-') is [var order, var version]
        && order == orderId.ToString(CultureInfo.InvariantCulture) && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out _)
            ? jobId
            : null;
}
