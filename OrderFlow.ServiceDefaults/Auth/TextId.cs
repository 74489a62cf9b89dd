using System.Globalization;
using System.Text;
using OrderFlow.Orders;

namespace OrderFlow.ServiceDefaults.Auth;

/// <summary>Validates user ids, product ids and texts for customers: what a person can tell apart, and a path, a log line and a Postgres column can hold.</summary>
internal static class TextId
{
    /// <summary>The error of an id; null if it is valid.</summary>
    /// <param name="id">The id, as it was sent.</param>
    /// <param name="maxLength">The most characters (UTF-16 code units) it may have.</param>
    public static string? Validate(string? id, int maxLength)
    {
        if (id is null) return "is required";
        if (id.Length == 0) return "must not be empty";
        if (id.Length > maxLength) return string.Create(CultureInfo.InvariantCulture, $"must have at most {maxLength} characters");
        if (char.IsWhiteSpace(id[0]) || char.IsWhiteSpace(id[^1])) return "must not begin or end with white space";

        // A lone surrogate is enumerated as the replacement character; no id needs a real one.
        return id.EnumerateRunes().Any(rune => Rune.IsControl(rune) || rune == Rune.ReplacementChar) ? "must not hold control characters or broken text" : null;
    }

    /// <summary>The error of a user id. It is compared as it is sent, so two that look alike must not be two users.</summary>
    public static string? ValidateUserId(string? id) => Validate(id, Limits.UserIdLength) ?? ValidateVisible(id!)
        ?? (id == OrderTransition.SystemActor ? $"must not be {OrderTransition.SystemActor}, which names the service itself" : null);

    /// <summary>The error of an id with invisible characters: two that look alike are easily mistaken for one.</summary>
    public static string? ValidateVisible(string id) => ValidateVisible(id, IsInvisible);

    /// <summary>The error of a sentence with invisible characters other than joiners and variation selectors, which Persian, Hindi, kanji and emoji need.</summary>
    public static string? ValidateVisibleSentence(string text) => ValidateVisible(text, rune => IsInvisible(rune) && !IsJoiner(rune) && !IsVariationSelector(rune));

    private static string? ValidateVisible(string text, Func<Rune, bool> isForbidden) => Ascii.IsValid(text) ? null : text.EnumerateRunes().Where(isForbidden)
        .Select(rune => $"must not hold invisible, bidirectional or unassigned characters (U+{rune.Value:X4})").FirstOrDefault();

    // The categories cover Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt), except those that are listed.
    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.OtherNotAssigned
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0 || IsVariationSelector(rune);

    private static bool IsJoiner(Rune rune) => rune.Value is 0x200C or 0x200D;

    // Unicode's Variation_Selector (PropList.txt).
    private static bool IsVariationSelector(Rune rune) => rune.Value is (>= 0x180B and <= 0x180D) or 0x180F or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);
}
