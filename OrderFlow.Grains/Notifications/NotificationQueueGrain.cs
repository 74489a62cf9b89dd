using Orleans.Concurrency;

namespace OrderFlow.Notifications;

/// <inheritdoc cref="INotificationQueueGrain"/>
[GrainType("notification-queue"), StatelessWorker]
internal sealed class NotificationQueueGrain(INotificationQueue queue) : Grain, INotificationQueueGrain
{
    public Task Ping() => queue.Ping();

    public Task<NotificationStats> GetStats() => queue.GetStats();

    public Task<Page<DeadLetter>> ListDeadLetters(int page, int limit) => queue.ListDeadLetters(page, limit);

    public Task<Outcome> Replay(string jobId) => queue.Replay(jobId);

    public Task<Outcome> Purge(string jobId) => queue.Purge(jobId);

    public Task SetPaused(bool paused) => queue.SetPaused(paused);
}
