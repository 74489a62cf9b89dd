using System.Text.RegularExpressions;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Smtp;

/// <summary>
/// The mail address of a user. Only the plain form of RFC 5321 §4.1.2, a dot-string at a domain in ASCII: no quotes, comments or line breaks,
/// so that no user id can be more than one recipient or reach into a header.
/// </summary>
internal static partial class Recipient
{
    /// <summary>RFC 5321 §4.5.3.1.1.</summary>
    private const int LocalPartLimit = 64;

    /// <summary>RFC 5321 §4.5.3.1.3, less the angle brackets.</summary>
    private const int AddressLimit = 254;

    /// <summary>The user's address: the id where it is one, else the id at the domain.</summary>
    /// <exception cref="UndeliverableException">The user id cannot be an address.</exception>
    public static string Of(string userId, string domain)
    {
        var address = userId.Contains('@', StringComparison.Ordinal) ? userId : $"{userId}@{domain}";
        return IsAddress(address) ? address : throw new UndeliverableException($"user id '{userId}' is no mail address{(domain.Length == 0 ? " and Smtp__RecipientDomain is not set" : "")}");
    }

    public static bool IsAddress(string text) => text.Length <= AddressLimit && text.IndexOf('@', StringComparison.Ordinal) <= LocalPartLimit && Address().IsMatch(text);

    [GeneratedRegex(@"\A[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\z",
        RegexOptions.ECMAScript)]   // not IgnoreCase, for which the Kelvin sign U+212A is a k
    private static partial Regex Address();
}
