using System.Buffers;
using System.Globalization;
using System.Text;

namespace OrderFlow.ServiceDefaults.Notifications;

/// <summary>
/// Mail addresses as SMTP commands carry them (RFC 5321, RFC 6531), and no stricter: whether the mailbox exists, and its name is one, is left to the mail server.
/// Local parts are quoted where necessary, so that no text becomes several recipients or injects a command or header.
/// </summary>
internal static class EmailAddress
{
    private const string Error = "must be one mail address with a domain, such as anna@mail.example";

    /// <summary>
    /// Without ICU, as in all programs here, it converts by IDNA 2008: ß and ς stay what they are. It knows no normalization; <see cref="HasCombiningMarks"/>.
    /// </summary>
    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = true };

    /// <summary>What an atom cannot hold, RFC 5322 §3.2.3; it may be non-ASCII, RFC 6531 §3.3.</summary>
    private static readonly SearchValues<char> Specials = SearchValues.Create(" ()<>[]:;@\\,\"");

    private static readonly SearchValues<char> LabelCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_");
    private static readonly SearchValues<char> LiteralCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-:.");

    /// <summary>The error of an address that a request names; null if it is valid. Unlike a user id it is taken as it is: nothing is quoted for its sender.</summary>
    public static string? Validate(string text)
    {
        var at = text.LastIndexOf('@');
        if (text.Length > Limits.EmailLength) return string.Create(CultureInfo.InvariantCulture, $"must have at most {Limits.EmailLength} octets");
        if (at > 0 && HasCombiningMarks(text[(at + 1)..])) return "must have its domain in Unicode normalization form C (NFC), or in A-labels";
        return Normalize(text) is not null && (!text.AsSpan(0, at).ContainsAny(Specials) || IsQuoted(text[..at])) ? null : Error;
    }

    /// <summary>The address in the form of RFC 5321 §4.1.2: its domain in A-labels, its local part quoted where necessary. Null where it is not valid.</summary>
    public static string? Normalize(string text)
    {
        var at = text.LastIndexOf('@');
        if (at <= 0 || text.Any(char.IsControl) || ToAsciiDomain(text[(at + 1)..]) is not { } domain) return null;

        var address = $"{Quote(text[..at])}@{domain}";
        return IsEncodable(address) && Encoding.UTF8.GetByteCount(address) <= Limits.EmailLength ? address : null;
    }

    /// <summary>Whether both are valid and one mailbox. Case does not count: hardly a server tells local parts apart by it, and people write theirs either way.</summary>
    public static bool AreSame(string one, string other) => Normalize(one) is { } address && address.Equals(Normalize(other), StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether it can be the domain of an address.</summary>
    public static bool IsValidDomain(string text) => !text.Any(char.IsControl) && ToAsciiDomain(text) is not null;

    /// <summary>Whether a domain may not be in normalization form C: without ICU it cannot be normalized, and its A-label would be that of another domain.</summary>
    public static bool HasCombiningMarks(string domain) => domain.AsSpan().ContainsAnyInRange('\u0300', '\u036F');

    private static string Quote(string local) => IsDotString(local) || IsQuoted(local) ? local : $"\"{local.Replace("\\", "\\\\").Replace("\"", "\\\"")}\"";

    private static bool IsDotString(string local) => !local.AsSpan().ContainsAny(Specials) && local.Split('.').All(atom => atom.Length > 0);

    /// <summary>Whether it is in quotes, with no other quote or backslash than after a backslash.</summary>
    private static bool IsQuoted(string local)
    {
        if (local.Length < 2 || local[0] != '"') return false;

        var at = 1;
        while (at < local.Length && local[at] != '"') at += local[at] == '\\' ? 2 : 1;
        return at == local.Length - 1;
    }

    private static string? ToAsciiDomain(string domain)
    {
        if (Ascii.IsValid(domain)) return IsAsciiDomain(domain) ? domain : null;
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

    /// <summary>Labels, or an address literal in brackets.</summary>
    private static bool IsAsciiDomain(string domain) => domain is ['[', _, .., ']']
        ? !domain.AsSpan(1, domain.Length - 2).ContainsAnyExcept(LiteralCharacters)
        : domain.Split('.').All(label => label.Length > 0 && !label.AsSpan().ContainsAnyExcept(LabelCharacters));

    /// <summary>UTF-8 cannot encode an unpaired surrogate.</summary>
    private static bool IsEncodable(string text) => text.EnumerateRunes().All(rune => rune != Rune.ReplacementChar);
}
