using MimeKit;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>A notification as a mail.</summary>
internal static class NotificationMail
{
    /// <exception cref="UndeliverableException">No SMTP command can carry the user's address.</exception>
    public static MimeMessage Create(NotificationJob job, MailboxAddress from, string recipientDomain, DateTimeOffset now)
    {
        var mail = new MimeMessage
        {
            Subject = NotificationText.Subject(job),
            Date = now,
            MessageId = $"{Uri.EscapeDataString(job.JobId)}@{from.Domain}",   // the same for a job sent twice, so that a server can drop the repeat
            Body = new TextPart("plain") { Text = job.Message },
        };
        mail.From.Add(from);
        mail.To.Add(new MailboxAddress(name: null, RecipientAddress.Create(job.UserId, recipientDomain)));
        mail.Headers.Add("Auto-Submitted", "auto-generated");   // RFC 3834: nobody's holiday notice answers it
        return mail;
    }
}
