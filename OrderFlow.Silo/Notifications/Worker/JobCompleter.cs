using Microsoft.Extensions.Options;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>
/// Tells the queue what became of a claimed job, and tells it again while it does not answer and the lease lasts:
/// a queue that restarts just after a mail was sent should not have it sent twice.
/// </summary>
internal sealed partial class JobCompleter(
    QueueAvailability queue, NotificationMetrics metrics, TimeProvider time, IOptions<WorkerOptions> options, ILogger<JobCompleter> log)
{
    /// <summary>How often it is told at most, however long the lease.</summary>
    private const int TryLimit = 100;

    /// <summary>
    /// True where the queue took it. False where the job is no longer this worker's, or is left to its lease, or where that cannot be known: then nothing more is to be done.
    /// </summary>
    /// <param name="claimed">The job.</param>
    /// <param name="claimedAt">The time stamp of the claim.</param>
    /// <param name="tell">Finishes the job, or delays it, or gives it up, or hands it back.</param>
    public async Task<bool> Report(ClaimedJob claimed, long claimedAt, Func<Task<bool>> tell)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                var held = await tell();

                if (held) return true;
                if (tries > 1)
                {
                    // The try whose answer never came may have done it, or another worker may have the job: to count it could be to count it twice.
                    LogUnknown(new(claimed.Job.JobId), claimed.Attempt);
                    return false;
                }

                metrics.LostLeases.Add(1);
                LogLost(new(claimed.Job.JobId), claimed.Attempt);
                return false;
            }
            catch (Exception error)
            {
                var pause = queue.Away(error, tries);
                if (tries == TryLimit || time.GetElapsedTime(claimedAt) + pause >= options.Value.Lease)
                {
                    LogLeft(new(claimed.Job.JobId), claimed.Attempt, new(error.Message));
                    return false;
                }

                await Task.Delay(pause, time);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notification {JobId}: attempt {Attempt} lost its lease to another worker")]
    private partial void LogLost(LogSafeText jobId, int attempt);

    [LoggerMessage(Level = LogLevel.Information, Message = "Notification {JobId}: the queue was told how attempt {Attempt} ended by a call that it did not answer, or the lease was lost")]
    private partial void LogUnknown(LogSafeText jobId, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notification {JobId}: the queue was not told how attempt {Attempt} ended, and the job is left to its lease: {Reason}")]
    private partial void LogLeft(LogSafeText jobId, int attempt, LogSafeText reason);
}
