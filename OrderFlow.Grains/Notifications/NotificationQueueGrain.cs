using Orleans.Concurrency;

namespace OrderFlow.Notifications;

/// <inheritdoc cref="INotificationQueueGrain"/>
[GrainType("notification-queue"), StatelessWorker]
internal sealed class NotificationQueueGrain(INotificationQueue queue, IQueueHealth health) : Grain, INotificationQueueGrain
{
    public async Task Ping()
    {
        if (await health.GetFault() is { } fault) throw new UnavailableException(fault);
    }

    public Task<NotificationStats> GetStats() => queue.GetStats();

    public Task<Page<DeadLetter>> ListDeadLetters(int page, int limit, string? after) => queue.ListDeadLetters(page, limit, after);

    public async Task<Outcome> Replay(string jobId) => (await queue.Replay(jobId)).Outcome;

    public Task<Outcome> Purge(string jobId) => queue.Purge(jobId);

    public Task SetPaused(bool paused) => queue.SetPaused(paused);
}

/// <inheritdoc cref="IDeadLetterBatchGrain"/>
[GrainType("dead-letter-batch"), StatelessWorker]
internal sealed class DeadLetterBatchGrain(INotificationQueue queue) : Grain, IDeadLetterBatchGrain
{
    public Task<string?> GetRange() => queue.GetDeadLetterRange();

    public Task<DeadLetterBatch> Replay(DeadLetterFilter filter, string range) => queue.ReplayMatching(filter, range);

    public Task<DeadLetterBatch> Purge(DeadLetterFilter filter, string range) => queue.PurgeMatching(filter, range);
}

/// <inheritdoc cref="INotificationReplayGrain"/>
[GrainType("notification-replay"), StatelessWorker]
internal sealed class NotificationReplayGrain(INotificationQueue queue) : Grain, INotificationReplayGrain
{
    public Task<ReplayResult> Replay(string jobId, string operation, Guid requestId) => queue.Replay(jobId, operation, requestId);
}
