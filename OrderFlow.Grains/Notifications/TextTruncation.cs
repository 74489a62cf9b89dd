using System.Text;

namespace OrderFlow.Notifications;

/// <summary>Truncates text that other programs wrote.</summary>
internal static class TextTruncation
{
    private const string Ellipsis = "…";

    /// <summary>The text, truncated with an ellipsis where it is too long. Never splits a surrogate pair, which UTF-8 cannot encode.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">The most characters (UTF-16 code units) to return.</param>
    public static string Truncate(string text, int maxLength)
    {
        if (text.Length <= maxLength) return text;

        var end = maxLength - Ellipsis.Length;
        if (char.IsSurrogatePair(text[end - 1], text[end])) end--;
        return string.Concat(text.AsSpan(0, end), Ellipsis);
    }

    /// <summary>The text, truncated after a word with an ellipsis where it is too long; within a word where that alone is too long.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxBytes">The most bytes of UTF-8 to return.</param>
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
