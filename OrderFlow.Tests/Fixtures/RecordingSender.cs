using System.Collections.Concurrent;
using OrderFlow.Notifications;

namespace OrderFlow.Tests.Fixtures;

/// <summary>Records what it sends, and fails on request.</summary>
internal sealed class RecordingSender : INotificationSender
{
    private readonly ConcurrentQueue<NotificationJob> _sent = [];

    /// <summary>Everything that was sent, in order; a job sent twice is there twice.</summary>
    public IReadOnlyList<NotificationJob> Sent => [.. _sent];

    /// <summary>Whether sending fails.</summary>
    public bool Fails { get; set; }

    public Task Send(NotificationJob job, CancellationToken cancellationToken)
    {
        if (Fails) throw new InvalidOperationException("the sender was told to fail");

        _sent.Enqueue(job);
        return Task.CompletedTask;
    }
}
