namespace OrderFlow.Notifications;

/// <summary>Text from elsewhere, made to fit.</summary>
internal static class BoundedText
{
    private const string Ellipsis = "…";

    /// <summary>The text, or as much of its beginning as leaves room for an ellipsis. Never half a surrogate pair, which no UTF-8 can hold.</summary>
    /// <param name="text">The text.</param>
    /// <param name="longest">The most characters (UTF-16 code units) the answer has.</param>
    public static string Cut(string text, int longest)
    {
        if (text.Length <= longest) return text;

        var end = longest - Ellipsis.Length;
        if (char.IsSurrogatePair(text[end - 1], text[end])) end--;
        return string.Concat(text.AsSpan(0, end), Ellipsis);
    }
}
