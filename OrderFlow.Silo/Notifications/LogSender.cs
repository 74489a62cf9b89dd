using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Templates;

namespace OrderFlow.Silo.Notifications;

/// <summary>Writes notifications to the log, for installations without a mail server.</summary>
internal sealed partial class LogSender(TextRenderer texts, ILogger<LogSender> log) : INotificationSender
{
    public Task Send(NotificationJob job, CancellationToken cancellationToken)
    {
        if (log.IsEnabled(LogLevel.Information))
        {
            var content = texts.Render(job);
            LogNotification(new(job.JobId), new(job.UserId), content.Subject, new(OneLine(content.Text)));
        }

        return Task.CompletedTask;
    }

    private static string OneLine(string text) => string.Join(' ', text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries));

    [LoggerMessage(Level = LogLevel.Information, SkipEnabledCheck = true, Message = "Notification {JobId} to {Recipient}, {Subject}: {Body}")]
    private partial void LogNotification(LogSafeText jobId, LogSafeText recipient, string subject, LogSafeText body);
}
