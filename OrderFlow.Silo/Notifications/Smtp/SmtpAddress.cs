using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>
/// Turns user ids into addresses for SMTP. Local parts are quoted where necessary, so that no user id becomes several recipients or injects a command or header.
/// Whether the mailbox exists is left to the mail server.
/// </summary>
internal static partial class SmtpAddress
{
    /// <summary>RFC 5321 §4.5.3.1.3, without the angle brackets; in octets.</summary>
    private const int MaxAddressLength = 254;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>The user's address: the user id itself where it has a domain, otherwise the user id at <paramref name="domain"/>.</summary>
    /// <exception cref="UndeliverableException">It is not a valid address.</exception>
    public static string ForUser(string userId, string domain)
    {
        var text = userId.Contains('@', StringComparison.Ordinal) ? userId : $"{userId}@{domain}";
        return Normalize(text) ?? throw new UndeliverableException($"user id '{userId}' is not a valid mail address{Explain(text, domain)}");
    }

    /// <summary>The address in the form of RFC 5321 §4.1.2: its domain in A-labels, its local part quoted where necessary. Null where it is not valid.</summary>
    public static string? Normalize(string text)
    {
        var at = text.LastIndexOf('@');
        if (at <= 0 || text.Any(char.IsControl) || ToAsciiDomain(text[(at + 1)..]) is not { } domain) return null;

        var address = $"{Quote(text[..at])}@{domain}";
        return IsEncodable(address) && Encoding.UTF8.GetByteCount(address) <= MaxAddressLength ? address : null;
    }

    /// <summary>Whether it can be the domain of an address.</summary>
    public static bool IsValidDomain(string text) => !text.Any(char.IsControl) && ToAsciiDomain(text) is not null;

    private static string Explain(string text, string domain)
    {
        if (HasCombiningMarks(text[(text.LastIndexOf('@') + 1)..])) return ": its domain is not in Unicode normalization form C (NFC)";
        return domain.Length == 0 ? " and Smtp__RecipientDomain is not set" : "";
    }

    private static string Quote(string local) =>
        DotString().IsMatch(local) || QuotedString().IsMatch(local) ? local : $"\"{local.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    private static string? ToAsciiDomain(string domain)
    {
        if (Ascii.IsValid(domain)) return SafeDomain().IsMatch(domain) ? domain : null;
        if (HasCombiningMarks(domain)) return null;
        try
        {
            return Idn.GetAscii(domain.ToLowerInvariant());
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Whether it may not be in normalization form C: without ICU it cannot be normalized, and its A-label would be that of another domain.</summary>
    private static bool HasCombiningMarks(string domain) => domain.AsSpan().ContainsAnyInRange('\u0300', '\u036F');

    /// <summary>UTF-8 cannot encode an unpaired surrogate.</summary>
    private static bool IsEncodable(string text) => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);

    /// <summary>Atoms separated by single dots, RFC 5322 §3.2.3, including non-ASCII ones, RFC 6531 §3.3.</summary>
    [GeneratedRegex(@"\A[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00A0-\uFFFF-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~\u00A0-\uFFFF-]+)*\z")]
    private static partial Regex DotString();

    [GeneratedRegex(@"\A""([^""\\]|\\.)*""\z", RegexOptions.Singleline)]
    private static partial Regex QuotedString();

    /// <summary>Labels, or an address literal in brackets.</summary>
    [GeneratedRegex(@"\A([A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*|\[[A-Za-z0-9:.-]+\])\z")]
    private static partial Regex SafeDomain();
}
