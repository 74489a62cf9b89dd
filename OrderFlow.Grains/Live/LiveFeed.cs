using System.Globalization;
using Microsoft.Extensions.Logging;
using OrderFlow.Orders;
using OrderFlow.Outbox;

namespace OrderFlow.Live;

/// <summary>
/// Publishes changes to the live stream of an outbox partition while it has followers. Best effort: never throws and never blocks; changes that cannot be sent
/// are dropped, which followers learn when they renew. Not thread-safe: only for a grain's own scheduler.
/// </summary>
internal sealed partial class LiveFeed(Func<LiveChanges, Task> send, TimeProvider time, ILogger log)
{
    /// <summary>The maximum number of changes that wait while an item is sent; further ones are dropped.</summary>
    public const int MaxPending = 2_000;

    /// <summary>The maximum time between two renewals of a follower.</summary>
    private static readonly TimeSpan MaxPeriod = TimeSpan.FromMinutes(1);

    private readonly HashSet<long> _seen = [];
    private readonly List<LiveChange> _pending = [];
    private readonly Outage _outage = new();
    private DateTimeOffset _followedUntil;
    private DateTimeOffset _completeSince;
    private Task _sending = Task.CompletedTask;

    public bool IsFollowed => time.GetUtcNow() < _followedUntil;

    /// <summary>Registers a follower for this long. Returns for how long, up to now, no change was dropped.</summary>
    public TimeSpan Follow(TimeSpan period)
    {
        var now = time.GetUtcNow();
        if (!IsFollowed) _completeSince = now;
        var until = now + (period < MaxPeriod ? period : MaxPeriod);
        if (until > _followedUntil) _followedUntil = until;
        return now - _completeSince;
    }

    /// <summary>Publishes each event once, however often it is read.</summary>
    public void Publish(IReadOnlyList<OutboxEvent> events)
    {
        if (!IsFollowed)
        {
            _seen.Clear();
            return;
        }

        foreach (var outboxEvent in events)
        {
            if (!_seen.Add(outboxEvent.Seq) || ChangeOf(outboxEvent) is not { } change) continue;
            if (_pending.Count < MaxPending) _pending.Add(change);
            else _completeSince = time.GetUtcNow();
        }

        if (_pending.Count > 0 && _sending.IsCompleted) _sending = Send();
    }

    /// <summary>Forgets rows that will not be read again.</summary>
    public void Remove(IReadOnlyList<long> rows) => _seen.ExceptWith(rows);

    /// <summary>What an event means for an order's status; null for an event of another kind.</summary>
    public static LiveChange? ChangeOf(OutboxEvent outboxEvent)
    {
        var text = outboxEvent.Id.AsSpan(outboxEvent.Id.LastIndexOf('-') + 1);
        return OrderEventCatalogue.Find(outboxEvent.Type) is { } type && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? new(outboxEvent.OrderId, new(type.Status, version, outboxEvent.OccurredAt))
            : null;
    }

    /// <summary>Sends one item at a time; changes that arrive meanwhile make the next one.</summary>
    private async Task Send()
    {
        while (_pending.Count > 0)
        {
            var item = new LiveChanges([.. _pending]);
            _pending.Clear();
            try
            {
                await send(item);
                _outage.End();
            }
            catch (Exception error)
            {
                _completeSince = time.GetUtcNow();
                if (_outage.Begin()) LogLost(item.Changes.Length, error.GetType().Name, error.Message);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} live changes could not be sent; followers will read these orders again. {Error}: {Reason}")]
    private partial void LogLost(int count, string error, string reason);
}
