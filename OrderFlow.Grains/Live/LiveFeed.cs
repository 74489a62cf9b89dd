using System.Globalization;
using Microsoft.Extensions.Logging;
using OrderFlow.Orders;
using OrderFlow.Outbox;

namespace OrderFlow.Live;

/// <summary>
/// Fills the live stream of one partition while somebody follows it, and costs nothing while nobody does. Best effort: it never throws, never has anybody wait,
/// and what cannot be sent is dropped, which those who follow are told when they say again that they do. Used by one grain, in its turns.
/// </summary>
internal sealed partial class LiveFeed(Func<LiveChanges, Task> send, TimeProvider time, ILogger log)
{
    /// <summary>The most changes that wait while an item is on its way; of what comes on top nobody is told.</summary>
    public const int MostWaiting = 2_000;

    /// <summary>The longest that anybody can say to be following without saying so again.</summary>
    private static readonly TimeSpan LongestPeriod = TimeSpan.FromMinutes(1);

    private readonly HashSet<long> _told = [];
    private readonly List<LiveChange> _waiting = [];
    private DateTimeOffset _followedUntil;
    private DateTimeOffset _completeSince;
    private Task _sending = Task.CompletedTask;
    private bool _isFailing;

    /// <summary>True while somebody follows.</summary>
    public bool IsFollowed => time.GetUtcNow() < _followedUntil;

    /// <summary>Somebody follows for this long. Returns for how long, up to now, all that happened was sent.</summary>
    public TimeSpan Follow(TimeSpan period)
    {
        var now = time.GetUtcNow();
        if (!IsFollowed) _completeSince = now;
        var until = now + (period < LongestPeriod ? period : LongestPeriod);
        if (until > _followedUntil) _followedUntil = until;
        return now - _completeSince;
    }

    /// <summary>Tells of the events that it has not told of yet.</summary>
    public void Tell(IReadOnlyList<OutboxEvent> events)
    {
        if (!IsFollowed)
        {
            _told.Clear();
            return;
        }

        foreach (var happened in events)
        {
            if (!_told.Add(happened.Seq) || ChangeOf(happened) is not { } change) continue;
            if (_waiting.Count < MostWaiting) _waiting.Add(change);
            else _completeSince = time.GetUtcNow();
        }

        if (_waiting.Count > 0 && _sending.IsCompleted) _sending = Send();
    }

    /// <summary>These rows will not be read again.</summary>
    public void Forget(IReadOnlyList<long> rows)
    {
        if (_told.Count > 0) _told.ExceptWith(rows);
    }

    /// <summary>What an event means for an order's status; null for an event of another kind.</summary>
    public static LiveChange? ChangeOf(OutboxEvent happened)
    {
        OrderStatus? status = happened.Type switch
        {
            "order.created" or "order.reopened" => OrderStatus.Pending,
            "order.reserved" => OrderStatus.Reserved,
            "order.failed" => OrderStatus.Failed,
            "order.cancelled" => OrderStatus.Cancelled,
            _ => null,
        };
        var version = happened.Id.AsSpan(happened.Id.LastIndexOf('-') + 1);
        return status is { } became && long.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var made)
            ? new(happened.OrderId, new(became, made, happened.OccurredAt))
            : null;
    }

    /// <summary>Sends what waits, one item at a time; what comes meanwhile makes the next.</summary>
    private async Task Send()
    {
        while (_waiting.Count > 0)
        {
            var item = new LiveChanges([.. _waiting]);
            _waiting.Clear();
            try
            {
                await send(item);
                _isFailing = false;
            }
            catch (Exception error)
            {
                _completeSince = time.GetUtcNow();
                if (!_isFailing) LogLost(item.Changes.Length, error.GetType().Name, error.Message);
                _isFailing = true;
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Count} changes could not be told live; who follows an order reads them again. {Error}: {Reason}")]
    private partial void LogLost(int count, string error, string reason);
}
