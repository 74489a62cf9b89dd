using System.Globalization;
using System.Xml;

namespace OrderFlow.Api.Orders;

/// <summary>Parses how long stock stays reserved: an ISO 8601 duration of days, hours, minutes and whole seconds.</summary>
internal static class ReservationTime
{
    /// <summary>The error of a text that is not a valid duration.</summary>
    public const string Invalid = "must be an ISO 8601 duration from PT1M to P30D, of days, hours, minutes and whole seconds, such as PT15M";

    /// <summary>The most characters of a duration.</summary>
    private const int MaxLength = 32;

    private static readonly TimeSpan Min = TimeSpan.Parse(Limits.MinReserveFor, CultureInfo.InvariantCulture);
    private static readonly TimeSpan Max = TimeSpan.Parse(Limits.MaxReserveFor, CultureInfo.InvariantCulture);

    /// <summary>The duration; null if the text is not a valid one.</summary>
    public static TimeSpan? Parse(string text)
    {
        // Months and years have no fixed length; an M before the T is a month.
        var date = text.Split('T')[0];
        if (text.Length > MaxLength || date.Contains('Y', StringComparison.Ordinal) || date.Contains('M', StringComparison.Ordinal)) return null;

        try
        {
            var duration = XmlConvert.ToTimeSpan(text);
            return duration >= Min && duration <= Max && duration.Ticks % TimeSpan.TicksPerSecond == 0 ? duration : null;
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            return null;
        }
    }
}
