using System.Globalization;
using System.Text.RegularExpressions;
using OrderFlow.Api.Errors;

namespace OrderFlow.Api.Lists;

/// <summary>A time in a query parameter.</summary>
internal static partial class TimeParameter
{
    private const string Error = "must be an RFC 3339 time with an offset and at most 6 decimals, such as 2026-11-25T03:08:41Z; a + in it is written %2B";

    /// <summary>Parses a time (RFC 3339 §5.6), as UTC; null if it is absent or not valid.</summary>
    public static DateTimeOffset? Read(string name, string? text, ValidationErrors errors)
    {
        if (text is null) return null;
        if (Rfc3339().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time)) return time.ToUniversalTime();

        errors.Add(name, Error);
        return null;
    }

    /// <summary>The database compares microseconds: finer ones are refused, and zeros behind them, which .NET writes, are accepted.</summary>
    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6}0{0,3})?([Zz]|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Rfc3339();
}
