using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>
/// The mail address of a user. Whether there is such a mailbox is for the mail server to say; refused here is only what no SMTP command can carry safely:
/// a local part that is no plain word is quoted, so that no user id can be more than one recipient or reach into a command or header.
/// </summary>
internal static partial class RecipientAddress
{
    /// <summary>RFC 5321 §4.5.3.1.3, less the angle brackets; in octets.</summary>
    private const int MaxAddressLength = 254;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>The user's address: the id where it is one, else the id at the domain.</summary>
    /// <exception cref="UndeliverableException">No SMTP command can carry it.</exception>
    public static string Create(string userId, string domain)
    {
        var text = userId.Contains('@', StringComparison.Ordinal) ? userId : $"{userId}@{domain}";
        return Normalize(text) ?? throw new UndeliverableException($"user id '{userId}' is not a valid mail address{Reason(text, domain)}");
    }

    /// <summary>The address as SMTP carries it, RFC 5321 §4.1.2: its domain in A-labels, its local part quoted where it must be. Null where it cannot be.</summary>
    public static string? Normalize(string text)
    {
        var at = text.LastIndexOf('@');
        if (at <= 0 || text.Any(char.IsControl) || AsciiDomain(text[(at + 1)..]) is not { } domain) return null;

        var address = $"{Quoted(text[..at])}@{domain}";
        return IsWhole(address) && Encoding.UTF8.GetByteCount(address) <= MaxAddressLength ? address : null;
    }

    /// <summary>Whether an address can end in it.</summary>
    public static bool IsValidDomain(string text) => !text.Any(char.IsControl) && AsciiDomain(text) is not null;

    private static string Reason(string text, string domain)
    {
        if (HasMarks(text[(text.LastIndexOf('@') + 1)..])) return ": its domain is not in Unicode normalization form C (NFC)";
        return domain.Length == 0 ? " and Smtp__RecipientDomain is not set" : "";
    }

    private static string Quoted(string local) =>
        DotString().IsMatch(local) || QuotedString().IsMatch(local) ? local : $"\"{local.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    private static string? AsciiDomain(string domain)
    {
        if (Ascii.IsValid(domain)) return SafeDomain().IsMatch(domain) ? domain : null;
        if (HasMarks(domain)) return null;
        try
        {
            return Idn.GetAscii(domain.ToLowerInvariant());
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether there are combining marks, as where a letter is not in form C: without ICU nothing normalizes it, and it would be another domain's A-label.</summary>
    private static bool HasMarks(string domain) => domain.AsSpan().ContainsAnyInRange('\u0300', '\u036F');

    /// <summary>Half a surrogate pair fits into no UTF-8.</summary>
    private static bool IsWhole(string text) => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);

    /// <summary>Atoms with single dots between them, RFC 5322 §3.2.3, other scripts included, RFC 6531 §3.3.</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00A0-\uFFFF-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00A0-\uFFFF-]+)*\z")]
    private static partial Regex DotString();

    [GeneratedRegex(@"\A""([^""\\]|\\.)*""\z", RegexOptions.Singleline)]
    private static partial Regex QuotedString();

    /// <summary>Labels, or an address literal in brackets.</summary>
    [GeneratedRegex(@"\A([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[A-Za-z0-9:.-]+\])\z")]
    private static partial Regex SafeDomain();
}
