using MimeKit;
using MimeKit.Text;
using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Templates;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>Creates the mail of a notification.</summary>
internal static class NotificationMail
{
    /// <exception cref="UndeliverableException">Neither the order nor the user has a valid mail address.</exception>
    public static MimeMessage Create(NotificationJob job, NotificationContent content, MailboxAddress from, string recipientDomain, DateTimeOffset now)
    {
        var mail = new MimeMessage
        {
            Subject = content.Subject,
            Date = now,
            MessageId = $"{Uri.EscapeDataString(job.JobId)}@{from.Domain}",   // the same for a job that is sent twice, so that a server can drop the repeat
            Body = CreateBody(content),
        };
        mail.From.Add(from);
        mail.To.Add(new MailboxAddress(name: null, SmtpAddress.Of(job, recipientDomain)));
        mail.Headers.Add("Auto-Submitted", "auto-generated");   // RFC 3834: suppresses automatic replies
        return mail;
    }

    private static MimeEntity CreateBody(NotificationContent content)
    {
        var text = new TextPart(TextFormat.Plain) { Text = content.Text };
        MimeEntity body = content.Html is { } html ? new MultipartAlternative(text, new TextPart(TextFormat.Html) { Text = html }) : text;   // the last is preferred
        body.Headers.Add(HeaderId.ContentLanguage, content.Locale);
        return body;
    }
}
