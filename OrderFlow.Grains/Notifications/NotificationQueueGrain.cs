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

/// <inheritdoc cref="INotificationReplayGrain"/>
[GrainType("notification-replay"), StatelessWorker]
internal sealed class NotificationReplayGrain(INotificationQueue queue) : Grain, INotificationReplayGrain
{
    public Task<ReplayResult> Replay(string jobId, string operation, Guid requestId) => queue.Replay(jobId, operation, requestId);
}
