using System.Diagnostics;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>One claimed job's way: it is sent within its time, and the queue is told how that went.</summary>
internal sealed partial class JobExecutor(
    INotificationJobs jobs, INotificationSender sender, JobCompleter settlement, WorkerName worker,
    NotificationMetrics metrics, TimeProvider time, IOptions<WorkerOptions> options, ILogger<JobExecutor> log)
{
    private readonly RetrySchedule _retries = options.Value.RetrySchedule;

    /// <summary>Sends the job, or hands it back where its lease would end before a send is cut off: then another worker would send it too. Never throws.</summary>
    /// <param name="claimed">The job.</param>
    /// <param name="claimedAt">The time stamp of the claim.</param>
    public async Task Execute(ClaimedJob claimed, long claimedAt)
    {
        using var span = Traces.Continue("process notifications", ActivityKind.Consumer, claimed.Job.Trace);
        span.Describe("redis", "process", "notifications", claimed.Job.JobId);
        span?.SetTag("orderflow.notification.attempt", claimed.Attempt);
        var age = time.GetElapsedTime(claimedAt);
        if (age >= options.Value.Lease - options.Value.SendTimeout)
        {
            LogTooLate(new(claimed.Job.JobId), age);
            await Release(claimed, claimedAt);
            return;
        }

        using var patience = new CancellationTokenSource(options.Value.SendTimeout, time);
        var began = time.GetTimestamp();
        var sending = Send(claimed.Job, patience.Token);
        var failure = await FailureOf(sending, patience.Token);
        metrics.RecordSend(time.GetElapsedTime(began));
        if (failure is not null) span.Fail(failure.Message);

        await (failure is null ? Finish(claimed, claimedAt) : Fail(claimed, claimedAt, failure));

        // A sender that does not heed its token keeps its slot until it ends, or more would run than may.
        await sending.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>Gives up the claim of a job that was not begun. Never throws.</summary>
    public Task Release(ClaimedJob claimed, long claimedAt) =>
        settlement.Report(claimed, claimedAt, () => jobs.Release(worker.Value, claimed, time.GetUtcNow()));

    /// <summary>Async, so that a sender that throws at once fails like any other.</summary>
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
            span.Fail(error.Message);
            throw;
        }
    }

    private async Task<Exception?> FailureOf(Task sending, CancellationToken patience)
    {
        try
        {
            await sending.WaitAsync(patience);
            return null;
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested)
        {
            return new TimeoutException($"sending took longer than {options.Value.SendTimeout}");
        }
        catch (Exception error)
        {
            return error;
        }
    }

    private async Task Finish(ClaimedJob claimed, long claimedAt)
    {
        if (await settlement.Report(claimed, claimedAt, () => jobs.Complete(worker.Value, claimed, time.GetUtcNow()))) metrics.Sent.Add(1);
    }

    private async Task Fail(ClaimedJob claimed, long claimedAt, Exception failure)
    {
        metrics.FailedAttempts.Add(1);
        var jobId = new LogSafeText(claimed.Job.JobId);
        var reason = new LogSafeText(TextTruncation.Truncate(failure.Message, INotificationJobs.MaxReasonLength)).ToString();
        if (failure is not UndeliverableException && _retries.DelayAfter(claimed.Attempt, Random.Shared.NextDouble()) is { } delay)
        {
            var now = time.GetUtcNow();
            if (await settlement.Report(claimed, claimedAt, () => jobs.Retry(worker.Value, claimed, now + delay, reason, now)))
            {
                LogDelayed(jobId, claimed.Job.OrderId, claimed.Attempt, delay, reason);
            }
        }
        else if (await settlement.Report(claimed, claimedAt, () => jobs.DeadLetter(worker.Value, claimed, reason, time.GetUtcNow())))
        {
            metrics.DeadLettered.Add(1);
            LogGivenUp(jobId, claimed.Job.OrderId, claimed.Attempt, reason);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notification {JobId} is handed back: it was claimed {Age} ago, and its lease is too short for a send")]
    private partial void LogTooLate(LogSafeText jobId, TimeSpan age);

    [LoggerMessage(Level = LogLevel.Information, Message = "Notification {JobId} of order {OrderId}: attempt {Attempt} failed, the next is due in {Delay}: {Reason}")]
    private partial void LogDelayed(LogSafeText jobId, long orderId, int attempt, TimeSpan delay, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Notification {JobId} of order {OrderId} is a dead letter after attempt {Attempt}: {Reason}")]
    private partial void LogGivenUp(LogSafeText jobId, long orderId, int attempt, string reason);
}
