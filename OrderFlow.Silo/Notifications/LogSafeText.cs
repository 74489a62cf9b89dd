using System.Globalization;

namespace OrderFlow.Silo.Notifications;

/// <summary>
/// Text from elsewhere that goes into a line of the log: a replacement character for each control character and each Unicode line break.
/// Console formatters print text as it is, and a user id with a newline in it could otherwise write lines of its own. It costs nothing where nothing is logged.
/// </summary>
internal readonly record struct LogSafeText(string Text)
{
    private const char Replacement = '\uFFFD';

    public override string ToString()
    {
        foreach (var letter in Text)
        {
            if (Breaks(letter)) return string.Create(Text.Length, Text, static (line, source) => Replace(line, source));
        }

        return Text;
    }

    private static void Replace(Span<char> line, string source)
    {
        for (var i = 0; i < source.Length; i++) line[i] = Breaks(source[i]) ? Replacement : source[i];
    }

    private static bool Breaks(char letter) =>
        char.IsControl(letter) || char.GetUnicodeCategory(letter) is UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator;
}
