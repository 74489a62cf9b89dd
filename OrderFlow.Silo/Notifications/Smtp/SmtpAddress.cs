using OrderFlow.Notifications;
using OrderFlow.ServiceDefaults.Notifications;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>Finds the address to send a notification to.</summary>
internal static class SmtpAddress
{
    /// <summary>The address that the order names; else the user's.</summary>
    /// <exception cref="UndeliverableException">There is none, or it is not valid.</exception>
    public static string Of(NotificationJob job, string domain) => job.Email is not { } email
        ? ForUser(job.UserId, domain)
        : EmailAddress.Normalize(email) ?? throw new UndeliverableException("contact.email of the order is not a valid mail address");

    /// <summary>The user's address: the user id itself where it has a domain, otherwise the user id at <paramref name="domain"/>.</summary>
    /// <exception cref="UndeliverableException">It is not a valid address.</exception>
    public static string ForUser(string userId, string domain)
    {
        var text = userId.Contains('@', StringComparison.Ordinal) ? userId : $"{userId}@{domain}";
        return EmailAddress.Normalize(text) ?? throw new UndeliverableException($"user id '{userId}' is not a valid mail address{Explain(text, domain)}");
    }

    private static string Explain(string text, string domain)
    {
        if (EmailAddress.HasCombiningMarks(text[(text.LastIndexOf('@') + 1)..])) return ": its domain is not in Unicode normalization form C (NFC)";
        return domain.Length == 0 ? ", the order has no contact.email, and Smtp__RecipientDomain is not set" : "";
    }
}
