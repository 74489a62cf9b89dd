using System.Buffers;
using System.Globalization;
using System.Xml;

namespace OrderFlow.Api.Orders;

/// <summary>Parses how long stock stays reserved.</summary>
internal static class ReservationTime
{
    /// <summary>The most characters of a duration.</summary>
    public const int MaxLength = 32;

    /// <summary>The form of a duration, as a regular expression of JSON Schema, which cannot say the bounds.</summary>
    public const string Pattern = "^P(?=[0-9T])([0-9]+D)?(T(?=[0-9])([0-9]+H)?([0-9]+M)?([0-9]+S)?)?$";

    private static readonly TimeSpan Min = TimeSpan.Parse(Limits.MinReserveFor, CultureInfo.InvariantCulture);
    private static readonly TimeSpan Max = TimeSpan.Parse(Limits.MaxReserveFor, CultureInfo.InvariantCulture);

    /// <summary>XmlConvert also reads signs, fractions, years, and white space at either end.</summary>
    private static readonly SearchValues<char> Characters = SearchValues.Create("PTDHMS0123456789");

    /// <summary>What a duration must be.</summary>
    public static readonly string Rule =
        $"an ISO 8601 duration from {XmlConvert.ToString(Min)} to {XmlConvert.ToString(Max)}, of days, hours, minutes and whole seconds, such as PT15M";

    /// <summary>The duration; null if the text is not a valid one.</summary>
    public static TimeSpan? Parse(string text)
    {
        if (text.Length > MaxLength || text.AsSpan().ContainsAnyExcept(Characters)) return null;
        if (text.Split('T')[0].Contains('M', StringComparison.Ordinal)) return null;   // months, which have no fixed length

        try
        {
            var duration = XmlConvert.ToTimeSpan(text);
            return duration >= Min && duration <= Max ? duration : null;
        }
        catch (Exception error) when (error is FormatException or OverflowException)
        {
            return null;
        }
    }
}
