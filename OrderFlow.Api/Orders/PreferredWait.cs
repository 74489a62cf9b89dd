using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace OrderFlow.Api.Orders;

/// <summary>The preference <c>wait</c> of the header <c>Prefer</c> (RFC 7240 §4.3): for how long an answer may wait for an order's outcome.</summary>
internal static class PreferredWait
{
    /// <summary>The request's header.</summary>
    public const string Header = "Prefer";

    /// <summary>The answer's header.</summary>
    public const string AppliedHeader = "Preference-Applied";

    /// <summary>The longest wait; who asks for more gets this.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    /// <summary>The wait that the headers prefer, or null. Preferences that are not known, or make no sense, are as if they were not there.</summary>
    public static TimeSpan? Parse(StringValues headers)
    {
        foreach (var header in headers)
        {
            foreach (var preference in (header ?? "").Split(',', StringSplitOptions.TrimEntries))
            {
                if (preference.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var value] && name.Equals("wait", StringComparison.OrdinalIgnoreCase)
                    && int.TryParse(value.Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds > 0)
                    return TimeSpan.FromSeconds(Math.Min(seconds, MaxWait.TotalSeconds));
            }
        }

        return null;
    }

    /// <summary>What the answer says was applied.</summary>
    public static string AppliedValue(TimeSpan wait) => string.Create(CultureInfo.InvariantCulture, $"wait={wait.TotalSeconds:0}");
}
