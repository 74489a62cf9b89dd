using MimeKit;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>Creates the mail of a notification.</summary>
internal static class NotificationMail
{
    /// <exception cref="UndeliverableException">Neither the order nor the user has a valid mail address.</exception>
    public static MimeMessage Create(NotificationJob job, MailboxAddress from, string recipientDomain, DateTimeOffset now)
    {
        var mail = new MimeMessage
        {
            Subject = NotificationText.Subject(job),
            Date = now,
            MessageId = $"{Uri.EscapeDataString(job.JobId)}@{from.Domain}",   // the same for a job that is sent twice, so that a server can drop the repeat
            Body = new TextPart("plain") { Text = job.Message },
        };
        mail.From.Add(from);
        mail.To.Add(new MailboxAddress(name: null, SmtpAddress.Of(job, recipientDomain)));
        mail.Headers.Add("Auto-Submitted", "auto-generated");   // RFC 3834: suppresses automatic replies
        return mail;
    }
}
