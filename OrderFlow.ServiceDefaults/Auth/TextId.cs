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
    public static string? ValidateUserId(string? id) => Validate(id, Limits.UserIdLength) ?? ValidateVisible(id!) ?? ValidateComposed(id!)
        ?? (id == OrderTransition.SystemActor ? $"must not be {OrderTransition.SystemActor}, which names the service itself" : null);

    /// <summary>The error of an id with invisible characters: two that look alike are easily mistaken for one.</summary>
    public static string? ValidateVisible(string id) => ValidateVisible(id, IsInvisible);

    /// <summary>The error of a sentence with invisible characters other than joiners and variation selectors, which Persian, Hindi, kanji and emoji need.</summary>
    public static string? ValidateVisibleSentence(string text) => ValidateVisible(text, rune => IsInvisible(rune) && !IsJoiner(rune) && !IsVariationSelector(rune));

    private static string? ValidateVisible(string text, Func<Rune, bool> isForbidden) => Ascii.IsValid(text) ? null : text.EnumerateRunes().Where(isForbidden)
        .Select(rune => $"must not hold invisible, bidirectional or unassigned characters (U+{rune.Value:X4})").FirstOrDefault();

    /// <summary>The error of a text with characters that normalization form C (UAX 15) replaces, or joins with the letter before them.</summary>
    private static string? ValidateComposed(string text) => Ascii.IsValid(text) ? null : text.EnumerateRunes().Where(IsDecomposed)
        .Select(rune => $"must not hold U+{rune.Value:X4}, which Unicode normalization form C replaces, or joins with the letter before it").FirstOrDefault();

    // NFC_QC = No, and Maybe (DerivedNormalizationProps.txt) but for vowel signs of Indic scripts, which seldom join.
    private static bool IsDecomposed(Rune rune) => rune.Value >= 0x300
        && rune.Value is (>= 0x300 and <= 0x304) or (>= 0x306 and <= 0x30C) or 0x30F or 0x311 or 0x313 or 0x314 or 0x31B or (>= 0x323 and <= 0x328) or 0x32D or 0x32E
            or 0x330 or 0x331 or 0x338 or (>= 0x340 and <= 0x345) or 0x374 or 0x37E or 0x387 or (>= 0x653 and <= 0x655) or (>= 0x958 and <= 0x95F)
            or (>= 0x1161 and <= 0x1175) or (>= 0x11A8 and <= 0x11C2) or 0x1F71 or 0x1F73 or 0x1F75 or 0x1F77 or 0x1F79 or 0x1F7B or 0x1F7D or 0x1FBB or 0x1FBE
            or 0x1FC9 or 0x1FCB or 0x1FD3 or 0x1FDB or 0x1FE3 or 0x1FEB or 0x1FEE or 0x1FEF or 0x1FF9 or 0x1FFB or 0x1FFD or 0x2126 or 0x212A or 0x212B
            or 0x3099 or 0x309A or (>= 0xF900 and <= 0xFAD9) or (>= 0xFB1D and <= 0xFB4E) or (>= 0x2F800 and <= 0x2FA1D);

    // The categories cover Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt), except those that are listed.
    private static bool IsInvisible(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.OtherNotAssigned
        || rune.Value is 0x034F or 0x115F or 0x1160 or 0x17B4 or 0x17B5 or 0x3164 or 0xFFA0 || IsVariationSelector(rune);

    private static bool IsJoiner(Rune rune) => rune.Value is 0x200C or 0x200D;

    // Unicode's Variation_Selector (PropList.txt).
    private static bool IsVariationSelector(Rune rune) => rune.Value is (>= 0x180B and <= 0x180D) or 0x180F or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0100 and <= 0xE01EF);
}
