using Microsoft.Extensions.Options;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>
/// Reports the outcome of a claimed job to the queue, and repeats the call while the queue does not answer and the lease lasts:
/// a queue that restarts just after a mail was sent should not cause a second mail.
/// </summary>
internal sealed partial class JobCompleter(
    QueueAvailability queue, NotificationMetrics metrics, TimeProvider time, IOptions<WorkerOptions> options, ILogger<JobCompleter> log)
{
    /// <summary>The most calls for one outcome, however long the lease.</summary>
    private const int MaxCalls = 100;

    /// <summary>Returns true where the queue made the move; false where the worker has lost the lease, the calls kept failing, or the outcome is unknown.</summary>
    /// <param name="claimed">The job.</param>
    /// <param name="claimedAt">The timestamp of the claim.</param>
    /// <param name="move">Completes, retries, dead-letters or releases the job.</param>
    public async Task<bool> Report(ClaimedJob claimed, long claimedAt, Func<Task<bool>> move)
    {
        for (var calls = 1; ; calls++)
        {
            try
            {
                if (await move()) return true;
                if (calls == 1)
                {
                    metrics.LostLeases.Add(1);
                    LogLeaseLost(new(claimed.Job.JobId), claimed.Attempt);
                }
                else LogUnknown(new(claimed.Job.JobId), claimed.Attempt);   // not counted: an unanswered call may have made the move

                return false;
            }
            catch (Exception error)
            {
                var delay = queue.ReportFailure(error, calls);
                if (calls == MaxCalls || time.GetElapsedTime(claimedAt) + delay >= options.Value.Lease)
                {
                    LogGivenUp(new(claimed.Job.JobId), claimed.Attempt, new(error.Message));
                    return false;
                }

                await Task.Delay(delay, time);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Attempt {Attempt} to send notification {JobId} lost its lease to another worker")]
    private partial void LogLeaseLost(LogSafeText jobId, int attempt);

    [LoggerMessage(Level = LogLevel.Information, Message = "The outcome of attempt {Attempt} to send notification {JobId} may have been recorded by a call that the queue did not answer, or the lease was lost")]
    private partial void LogUnknown(LogSafeText jobId, int attempt);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The outcome of attempt {Attempt} to send notification {JobId} could not be recorded; the job can be reclaimed when its lease ends: {Reason}")]
    private partial void LogGivenUp(LogSafeText jobId, int attempt, LogSafeText reason);
}
