using System.Globalization;

namespace OrderFlow.Silo.Notifications;

/// <summary>
/// Untrusted text for a log line, with control characters and Unicode line breaks replaced when it is formatted:
/// console formatters print text as it is, and a newline in a user id could otherwise forge log lines.
/// </summary>
internal readonly record struct LogSafeText(string Text)
{
    private const char Replacement = '\uFFFD';

    public override string ToString()
    {
        foreach (var character in Text)
        {
            if (IsUnsafe(character)) return string.Create(Text.Length, Text, static (line, source) => ReplaceUnsafe(line, source));
        }

        return Text;
    }

    private static void ReplaceUnsafe(Span<char> line, string source)
    {
        for (var i = 0; i < source.Length; i++) line[i] = IsUnsafe(source[i]) ? Replacement : source[i];
    }

    private static bool IsUnsafe(char character) =>
        char.IsControl(character) || char.GetUnicodeCategory(character) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
