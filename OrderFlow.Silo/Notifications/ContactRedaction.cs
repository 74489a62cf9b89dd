using System.Text.RegularExpressions;
using OrderFlow.Notifications;
using OrderFlow.ServiceDefaults.Notifications;

namespace OrderFlow.Silo.Notifications;

/// <summary>Removes an order's mail address from texts that are logged or kept: mail servers repeat it in their replies.</summary>
internal static partial class ContactRedaction
{
    private const string Replacement = "[contact]";

    /// <summary>The text without the job's address, in whatever spelling, and without its local part as a word of its own.</summary>
    public static string Redact(this NotificationJob job, string text)
    {
        if (job.Email is not { } email) return text;

        foreach (var address in new[] { email, EmailAddress.Normalize(email) ?? email }) text = text.Replace(address, Replacement, StringComparison.OrdinalIgnoreCase);
        text = AnyAddress().Replace(text, Replacement);
        var local = Regex.Escape(email[..Math.Max(0, email.LastIndexOf('@'))]);
        return local.Length == 0 ? text : Regex.Replace(text, $@"(?<![\p{{L}}\p{{N}}]){local}(?![\p{{L}}\p{{N}}])", Replacement, RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
    }

    /// <summary>Whatever looks like an address: a server may write it in another way.</summary>
    [GeneratedRegex(@"[^\s<>""'(),;]+@[^\s<>""'(),;]+")]
    private static partial Regex AnyAddress();
}
