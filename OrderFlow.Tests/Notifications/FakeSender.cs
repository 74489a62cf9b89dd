using System.Collections.Concurrent;
using OrderFlow.Notifications;

namespace OrderFlow.Tests.Notifications;

/// <summary>A sender that does what the test says and counts its sends.</summary>
internal sealed class FakeSender(Func<NotificationJob, CancellationToken, Task> send) : INotificationSender
{
    private int _running;
    private int _maxConcurrent;

    public FakeSender(Func<NotificationJob, Task> send)
        : this((job, _) => send(job))
    {
    }

    public ConcurrentQueue<string> Started { get; } = [];

    /// <summary>The most sends that ran at once.</summary>
    public int MaxConcurrent => Volatile.Read(ref _maxConcurrent);

    public async Task Send(NotificationJob job, CancellationToken cancellationToken)
    {
        var running = Interlocked.Increment(ref _running);
        int max;
        while (running > (max = Volatile.Read(ref _maxConcurrent)) && Interlocked.CompareExchange(ref _maxConcurrent, running, max) != max)
        {
        }

        Started.Enqueue(job.JobId);
        try
        {
            await send(job, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
