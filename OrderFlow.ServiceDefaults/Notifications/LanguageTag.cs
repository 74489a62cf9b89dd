using System.Globalization;
using System.Text.RegularExpressions;

namespace OrderFlow.ServiceDefaults.Notifications;

/// <summary>Language tags (BCP 47). Only their form counts: of a language that is not known, the default is used.</summary>
internal static partial class LanguageTag
{
    /// <summary>The form of a tag, as a regular expression.</summary>
    public const string Pattern = "^[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*$";

    /// <summary>The error of a tag; null if it is valid.</summary>
    public static string? Validate(string tag) => tag.Length <= Limits.LocaleLength && Form().IsMatch(tag)
        ? null
        : string.Create(CultureInfo.InvariantCulture, $"must be a language tag (BCP 47) of at most {Limits.LocaleLength} characters, such as de-AT");

    [GeneratedRegex(@"\A[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8})*\z")]
    private static partial Regex Form();
}
