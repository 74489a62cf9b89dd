using MailKit;
using MailKit.Net.Smtp;
using Microsoft.Extensions.Options;
using MimeKit;
using OrderFlow.Notifications;
using OrderFlow.ServiceDefaults.Notifications;
using OrderFlow.Silo.Notifications.Templates;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>Sends notifications as mails. The job's id becomes the mail's Message-ID.</summary>
internal sealed partial class SmtpSender(
    TextRenderer texts, SmtpConnectionPool pool, IOptions<SmtpOptions> options, TimeProvider time, ILogger<SmtpSender> log) : INotificationSender
{
    /// <summary>The lowest reply code of a permanent error, RFC 5321 §4.2.1.</summary>
    public const int MinPermanentReply = 500;

    /// <summary>Replies to MAIL FROM that concern the parameters of this mail, its size and SMTPUTF8, and not the sender: RFC 1870 §6.1, RFC 5321 §4.1.1.11.</summary>
    private static readonly SmtpStatusCode[] OfMail = [SmtpStatusCode.ExceededStorageAllocation, SmtpStatusCode.MailFromOrRcptToParametersNotRecognizedOrNotImplemented];

    private const string Sender = "sender";

    /// <summary>For non-ASCII addresses, RFC 6531.</summary>
    private static readonly FormatOptions Utf8 = new() { International = true };

    private readonly MailboxAddress _from = ParseFrom(options.Value);

    static SmtpSender() => MailboxAddress.IdnMapping = new IdentityPunycode();

    public int MaxConcurrency => options.Value.MaxConnections;

    public async Task Send(NotificationJob job, CancellationToken cancellationToken)
    {
        using var mail = NotificationMail.Create(job, texts.Render(job), _from, options.Value.RecipientDomain, time.GetUtcNow());
        try
        {
            await pool.Run(client => Send(client, mail, cancellationToken), cancellationToken);
        }
        catch (ServiceNotAuthenticatedException error)   // 530, to whichever command
        {
            throw new SenderUnavailableException($"the mail server wants a login (Smtp__Username): {error.Message}", error);
        }
        catch (SmtpCommandException error) when (RejectedPart(error, (MailboxAddress)mail.To[0]) is { } rejected && (int)error.StatusCode >= MinPermanentReply)
        {
            var reason = $"the mail server rejected the {rejected}: {(int)error.StatusCode} {error.Message}";
            throw rejected == Sender ? new SenderUnavailableException(reason, error) : new UndeliverableException(reason);
        }

        LogAccepted(new(job.JobId), job.OrderId);
    }

    private static Task<string> Send(SmtpClient client, MimeMessage mail, CancellationToken cancellationToken)
    {
        var recipient = (MailboxAddress)mail.To[0];
        if (!recipient.IsInternational) return client.SendAsync(mail, cancellationToken);
        if (client.Capabilities.HasFlag(SmtpCapabilities.UTF8)) return client.SendAsync(Utf8, mail, cancellationToken);
        throw new UndeliverableException($"the mail server does not support non-ASCII addresses (SMTPUTF8): '{recipient.Address}'");
    }

    /// <summary>What the server rejected; null where that is not known, as at MAIL FROM with SMTPUTF8 for this recipient: that must not pause all others.</summary>
    private static string? RejectedPart(SmtpCommandException error, MailboxAddress recipient) => error.ErrorCode switch
    {
        SmtpErrorCode.RecipientNotAccepted => "recipient",
        SmtpErrorCode.MessageNotAccepted => "mail",
        SmtpErrorCode.SenderNotAccepted when OfMail.Contains(error.StatusCode) => "mail",
        SmtpErrorCode.SenderNotAccepted when !recipient.IsInternational => Sender,
        _ => null,
    };

    private static MailboxAddress ParseFrom(SmtpOptions options)
    {
        var from = MailboxAddress.Parse(options.From);
        return new(from.Name, EmailAddress.Normalize(from.Address)!);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The mail server accepted notification {JobId} of order {OrderId}")]
    private partial void LogAccepted(LogSafeText jobId, long orderId);
}
