using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications;

/// <summary>Writes notifications to the log, for installations without a mail server.</summary>
internal sealed partial class LogSender(ILogger<LogSender> log) : INotificationSender
{
    public Task Send(NotificationJob job, CancellationToken cancellationToken)
    {
        LogNotification(new(job.JobId), new(job.UserId), new(job), new(job.Message));
        return Task.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Notification {JobId} to {Recipient}, {Subject}: {Body}")]
    private partial void LogNotification(LogSafeText jobId, LogSafeText recipient, Subject subject, LogSafeText body);

    /// <summary>Computed only where the line is logged.</summary>
    private readonly record struct Subject(NotificationJob Job)
    {
        public override string ToString() => NotificationText.Subject(Job);
    }
}
