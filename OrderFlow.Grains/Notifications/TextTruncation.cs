using System.Text;

namespace OrderFlow.Notifications;

/// <summary>Text from elsewhere, made to fit.</summary>
internal static class TextTruncation
{
    private const string Ellipsis = "…";

    /// <summary>The text, or as much of its beginning as leaves room for an ellipsis. Never half a surrogate pair, which no UTF-8 can hold.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">The most characters (UTF-16 code units) the answer has.</param>
    public static string Truncate(string text, int maxLength)
    {
        if (text.Length <= maxLength) return text;

        var end = maxLength - Ellipsis.Length;
        if (char.IsSurrogatePair(text[end - 1], text[end])) end--;
        return string.Concat(text.AsSpan(0, end), Ellipsis);
    }

    /// <summary>The text, or as many of its first words as leave room for an ellipsis; of a word that is too long itself, its beginning.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxBytes">The most bytes that the answer has in UTF-8.</param>
    public static string TruncateAtWord(string text, int maxBytes)
    {
        if (Encoding.UTF8.GetByteCount(text) <= maxBytes) return text;

        var (end, bytes) = (0, Encoding.UTF8.GetByteCount(Ellipsis));
        foreach (var rune in text.EnumerateRunes())
        {
            bytes += rune.Utf8SequenceLength;
            if (bytes > maxBytes) break;
            end += rune.Utf16SequenceLength;
        }

        if (text.LastIndexOf(' ', end) is var space and > 0) end = space;
        return string.Concat(text.AsSpan(0, end).TrimEnd(" ,;:"), Ellipsis);
    }
}
