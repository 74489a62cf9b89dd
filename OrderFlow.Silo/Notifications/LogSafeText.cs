using System.Text.RegularExpressions;

namespace OrderFlow.Silo.Notifications;

/// <summary>
/// Untrusted text for a log line, with control characters and Unicode line breaks replaced when it is formatted:
/// console formatters print text as it is, and a newline in a user id could otherwise forge log lines.
/// </summary>
internal readonly partial record struct LogSafeText(string Text)
{
    private const string Replacement = "\uFFFD";

    public override string ToString() => Unsafe().Replace(Text, Replacement);

    [GeneratedRegex(@"[\p{Cc}\p{Zl}\p{Zp}]")]
    private static partial Regex Unsafe();
}
