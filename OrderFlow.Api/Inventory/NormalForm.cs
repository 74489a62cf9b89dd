using System.Globalization;
using System.Text;

namespace OrderFlow.Api.Inventory;

/// <summary>
/// Unicode's normalization form C (UAX 15), in which the same text has always the same code points. The program carries no tables for it
/// (<c>InvariantGlobalization</c>): the database normalizes, and is asked only if this class cannot tell.
/// </summary>
internal static class NormalForm
{
    /// <summary>True if a text is certainly in form C, because it holds nothing that composes, is composed, or is replaced.</summary>
    public static bool PassesQuickCheck(string text) => !text.EnumerateRunes().Any(NeedsFullCheck);

    // Marks, and whole blocks around the other characters whose quick check (DerivedNormalizationProps.txt, NFC_QC) is not "yes".
    private static bool NeedsFullCheck(Rune rune) => rune.Value >= 0x300
        && (rune.Value is 0x374 or 0x37E or 0x387 or (>= 0x900 and <= 0xFFF) or (>= 0x1160 and <= 0x11FF) or (>= 0x1F00 and <= 0x2001)
                or (>= 0x2126 and <= 0x212B) or 0x2329 or 0x232A or 0x2ADC or (>= 0xF900 and <= 0xFB4F) or (>= 0x11000 and <= 0x1EFFF)
                or (>= 0x2F800 and <= 0x2FA1F)
            || Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark);
}
