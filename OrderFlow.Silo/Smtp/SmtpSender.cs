using MailKit.Net.Smtp;
using Microsoft.Extensions.Options;
using MimeKit;
using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications;

namespace OrderFlow.Silo.Smtp;

/// <summary>Sends notifications as mails. The job's id is the mail's message id.</summary>
internal sealed partial class SmtpSender(SmtpConnections connections, IOptions<SmtpOptions> options, TimeProvider time, ILogger<SmtpSender> log) : INotificationSender
{
    /// <summary>From here on a reply says that it will be the same next time, RFC 5321 §4.2.1.</summary>
    private const int PermanentReply = 500;

    private readonly MailboxAddress _from = MailboxAddress.Parse(options.Value.From);

    public int Capacity => options.Value.Connections;

    public async Task Send(NotificationJob job, CancellationToken cancellationToken)
    {
        using var mail = Mail.Of(job, _from, options.Value.RecipientDomain, time.GetUtcNow());
        try
        {
            await connections.Use(client => client.SendAsync(mail, cancellationToken), cancellationToken);
        }
        catch (SmtpCommandException error) when (error.ErrorCode == SmtpErrorCode.RecipientNotAccepted && (int)error.StatusCode >= PermanentReply)
        {
            throw new UndeliverableException($"the mail server refused the recipient: {(int)error.StatusCode} {error.Message}");
        }

        LogSent(new(job.JobId), job.OrderId);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Notification {JobId} of order {OrderId} was taken by the mail server")]
    private partial void LogSent(OneLine jobId, long orderId);
}
