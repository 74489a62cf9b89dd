using System.Collections.Concurrent;
using OrderFlow.Notifications;

namespace OrderFlow.Tests.Notifications;

/// <summary>A sender that does what the test says, and counts.</summary>
internal sealed class FakeSender(Func<NotificationJob, CancellationToken, Task> send) : INotificationSender
{
    private int _underWay;
    private int _most;

    public FakeSender(Func<NotificationJob, Task> send)
        : this((job, _) => send(job))
    {
    }

    public ConcurrentQueue<string> Started { get; } = [];

    /// <summary>How many were under way at the same time at most.</summary>
    public int MaxConcurrent => Volatile.Read(ref _most);

    public async Task Send(NotificationJob job, CancellationToken cancellationToken)
    {
        var now = Interlocked.Increment(ref _underWay);
        int most;
        while (now > (most = Volatile.Read(ref _most)) && Interlocked.CompareExchange(ref _most, now, most) != most)
        {
        }

        Started.Enqueue(job.JobId);
        try
        {
            await send(job, cancellationToken);
        }
        finally
        {
            Interlocked.Decrement(ref _underWay);
        }
    }
}
