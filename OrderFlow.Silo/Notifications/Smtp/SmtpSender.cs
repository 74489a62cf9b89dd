using MailKit.Net.Smtp;
using Microsoft.Extensions.Options;
using MimeKit;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Smtp;

/// <summary>Sends notifications as mails. The job's id is the mail's message id.</summary>
internal sealed partial class SmtpSender(SmtpConnectionPool connections, IOptions<SmtpOptions> options, TimeProvider time, ILogger<SmtpSender> log) : INotificationSender
{
    /// <summary>From here on a reply says that it will be the same next time, RFC 5321 §4.2.1.</summary>
    private const int PermanentReply = 500;

    /// <summary>For addresses that are not ASCII, RFC 6531.</summary>
    private static readonly FormatOptions Utf8 = MakeUtf8();

    private readonly MailboxAddress _from = From(options.Value);

    static SmtpSender() => MailboxAddress.IdnMapping = new IdentityPunycode();

    public int MaxConcurrency => options.Value.MaxConnections;

    public async Task Send(NotificationJob job, CancellationToken cancellationToken)
    {
        using var mail = NotificationMail.Create(job, _from, options.Value.RecipientDomain, time.GetUtcNow());
        try
        {
            await connections.Run(client => Send(client, mail, cancellationToken), cancellationToken);
        }
        catch (SmtpCommandException error) when (Refused(error.ErrorCode) is { } refused && (int)error.StatusCode >= PermanentReply)
        {
            throw new UndeliverableException($"the mail server refused the {refused}: {(int)error.StatusCode} {error.Message}");
        }

        LogSent(new(job.JobId), job.OrderId);
    }

    private static Task<string> Send(SmtpClient client, MimeMessage mail, CancellationToken cancellationToken)
    {
        var recipient = (MailboxAddress)mail.To[0];
        if (!recipient.IsInternational) return client.SendAsync(mail, cancellationToken);
        if (client.Capabilities.HasFlag(SmtpCapabilities.UTF8)) return client.SendAsync(Utf8, mail, cancellationToken);
        throw new UndeliverableException($"the mail server takes no address that is not ASCII (SMTPUTF8): '{recipient.Address}'");
    }

    /// <summary>What a server may refuse for good; a sender that it refuses is a setting to be mended.</summary>
    private static string? Refused(SmtpErrorCode code) => code switch
    {
        SmtpErrorCode.RecipientNotAccepted => "recipient",
        SmtpErrorCode.MessageNotAccepted => "mail",
        _ => null,
    };

    private static MailboxAddress From(SmtpOptions options)
    {
        var from = MailboxAddress.Parse(options.From);
        return new(from.Name, RecipientAddress.Normalize(from.Address)!);
    }

    private static FormatOptions MakeUtf8()
    {
        var options = FormatOptions.Default.Clone();
        options.International = true;
        return options;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Notification {JobId} of order {OrderId} was taken by the mail server")]
    private partial void LogSent(LogSafeText jobId, long orderId);
}
