using System.Globalization;
using System.Text.RegularExpressions;
using OrderFlow.Api.Errors;

namespace OrderFlow.Api.Lists;

/// <summary>A time in a query parameter or a body.</summary>
internal static partial class TimeParameter
{
    /// <summary>The error of a text that is no time.</summary>
    public const string Rule = "must be an RFC 3339 time with an offset and at most 6 decimals, such as 2026-11-25T03:08:41Z";

    /// <summary>Parses a time (RFC 3339 §5.6), as UTC; null if it is not valid.</summary>
    public static DateTimeOffset? Parse(string text) =>
        Rfc3339().IsMatch(text) && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time.ToUniversalTime() : null;

    /// <summary>Parses the time in a query parameter; null if it is absent or not valid.</summary>
    public static DateTimeOffset? Read(string name, string? text, ValidationErrors errors)
    {
        var time = text is null ? null : Parse(text);
        if (text is not null && time is null) errors.Add(name, $"{Rule}; a + in it is written %2B");
        return time;
    }

    /// <summary>The database compares microseconds: finer ones are refused, and zeros behind them, which .NET writes, are accepted.</summary>
    [GeneratedRegex(@"^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6}0{0,3})?([Zz]|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Rfc3339();
}
