using System.Globalization;
using Microsoft.Extensions.Primitives;

namespace OrderFlow.Api.Orders;

/// <summary>The preference <c>wait</c> of the header <c>Prefer</c> (RFC 7240 §4.3): how long the response may wait for an order's outcome.</summary>
internal static class PreferredWait
{
    /// <summary>The request header.</summary>
    public const string Header = "Prefer";

    /// <summary>The response header.</summary>
    public const string AppliedHeader = "Preference-Applied";

    /// <summary>The longest wait; a longer one is shortened to it.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(10);

    /// <summary>The preferred wait, or null. Unknown and invalid preferences are ignored.</summary>
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

    /// <summary>The value of <see cref="AppliedHeader"/>.</summary>
    public static string AppliedValue(TimeSpan wait) => string.Create(CultureInfo.InvariantCulture, $"wait={wait.TotalSeconds:0}");
}
