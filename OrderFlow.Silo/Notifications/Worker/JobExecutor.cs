using System.Diagnostics;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>Executes one claimed job: sends it within the time-out and reports the outcome to the queue.</summary>
internal sealed partial class JobExecutor(
    INotificationJobs jobs, INotificationSender sender, SenderAvailability availability, JobCompleter completer, WorkerName worker,
    NotificationMetrics metrics, TimeProvider time, IOptions<WorkerOptions> options, ILogger<JobExecutor> log)
{
    private readonly WorkerOptions _options = options.Value;

    /// <summary>Sends the job; releases it instead where its lease could end during the send, for then another worker would send it too. Never throws.</summary>
    /// <param name="claimed">The job.</param>
    /// <param name="claimedAt">The timestamp of the claim.</param>
    public async Task Execute(ClaimedJob claimed, long claimedAt)
    {
        using var span = Traces.Continue("process notifications", ActivityKind.Consumer, claimed.Job.Trace);
        span.Describe("redis", "process", "notifications", claimed.Job.JobId);
        span?.SetTag("orderflow.notification.attempt", claimed.Attempt);
        var age = time.GetElapsedTime(claimedAt);
        if (age >= _options.Lease - _options.SendTimeout)
        {
            LogReleased(new(claimed.Job.JobId), age);
            await Release(claimed, claimedAt);
            return;
        }

        using var timeout = new CancellationTokenSource(_options.SendTimeout, time);
        var startedAt = time.GetTimestamp();
        var sending = Send(claimed.Job, timeout.Token);
        var failure = await WaitForFailure(sending, timeout.Token);
        metrics.RecordSend(time.GetElapsedTime(startedAt));
        if (failure is not null) span.Fail(claimed.Job.Redact(failure.Message));

        if (failure is SenderUnavailableException) availability.ReportRefusal(claimed.Job.Redact(failure.Message));
        else availability.ReportOther();
        await (failure switch
        {
            null => Complete(claimed, claimedAt),
            SenderUnavailableException => Release(claimed, claimedAt),
            _ => RetryOrDeadLetter(claimed, claimedAt, failure),
        });

        // A sender that ignores its token keeps its slot until it ends, so that no more run than the concurrency allows.
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Releases a job that was not sent, which is no attempt. Never throws.</summary>
    public Task Release(ClaimedJob claimed, long claimedAt) =>
        completer.Report(claimed, claimedAt, () => jobs.Release(worker.Value, claimed, time.GetUtcNow()));

    /// <summary>Async, so that a sender that throws synchronously fails like any other.</summary>
    private async Task Send(NotificationJob job, CancellationToken cancellationToken)
    {
        using var span = Traces.Source.StartActivity("notify customer", ActivityKind.Client);
        span?.SetTag("orderflow.notification.sender", sender.GetType().Name);
        try
        {
            await sender.Send(job, cancellationToken);
        }
        catch (Exception error)
        {
            span.Fail(job.Redact(error.Message));
            throw;
        }
    }

    /// <summary>Waits for the send or its time-out. Returns why it failed; null where the job was sent.</summary>
    private async Task<Exception?> WaitForFailure(Task sending, CancellationToken timeout)
    {
        try
        {
            await sending.WaitAsync(timeout);
            return null;
        }
        catch (Exception error)
        {
            return error is OperationCanceledException && timeout.IsCancellationRequested
                ? new TimeoutException($"sending took longer than {_options.SendTimeout}")
                : error;
        }
    }

    private async Task Complete(ClaimedJob claimed, long claimedAt)
    {
        if (await completer.Report(claimed, claimedAt, () => jobs.Complete(worker.Value, claimed, time.GetUtcNow()))) metrics.Sent.Add(1);
    }

    private async Task RetryOrDeadLetter(ClaimedJob claimed, long claimedAt, Exception failure)
    {
        metrics.FailedAttempts.Add(1);
        var jobId = new LogSafeText(claimed.Job.JobId);
        var reason = new LogSafeText(TextTruncation.Truncate(claimed.Job.Redact(failure.Message), INotificationJobs.MaxReasonLength)).ToString();
        if (failure is not UndeliverableException && claimed.Attempt < _options.MaxAttempts)
        {
            var now = time.GetUtcNow();
            var delay = _options.Backoff.DelayAfter(claimed.Attempt);
            if (await completer.Report(claimed, claimedAt, () => jobs.Retry(worker.Value, claimed, now + delay, reason, now)))
            {
                LogRetry(jobId, claimed.Job.OrderId, claimed.Attempt, delay, reason);
            }
        }
        else if (await completer.Report(claimed, claimedAt, () => jobs.DeadLetter(worker.Value, claimed, reason, time.GetUtcNow())))
        {
            metrics.DeadLettered.Add(1);
            LogDeadLetter(jobId, claimed.Job.OrderId, claimed.Attempt, reason);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Released notification {JobId}: it was claimed {Age} ago, so its lease would end before a send times out")]
    private partial void LogReleased(LogSafeText jobId, TimeSpan age);

    [LoggerMessage(Level = LogLevel.Information, Message = "Attempt {Attempt} to send notification {JobId} of order {OrderId} failed; the next is due in {Delay}: {Reason}")]
    private partial void LogRetry(LogSafeText jobId, long orderId, int attempt, TimeSpan delay, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notification {JobId} of order {OrderId} was dead-lettered after attempt {Attempt}: {Reason}")]
    private partial void LogDeadLetter(LogSafeText jobId, long orderId, int attempt, string reason);
}
