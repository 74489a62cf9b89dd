using System.Threading.Channels;
using OrderFlow.Live;

namespace OrderFlow.Api.Live;

/// <summary>A connected client that waits for changes. Signals that arrive before it waits are merged into one.</summary>
internal class LiveFollower(Action<LiveFollower> unfollow) : IDisposable
{
    private readonly Channel<bool> _signals =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    private int _isHeartbeatDue;
    private ITimer? _heartbeat;

    /// <summary>Signals a heartbeat at this interval from now on.</summary>
    public void StartHeartbeat(TimeProvider time, TimeSpan interval) => _heartbeat = time.CreateTimer(_ =>
    {
        Volatile.Write(ref _isHeartbeatDue, 1);
        Signal();
    }, state: null, interval, interval);

    /// <summary>Signals that there may be changes. Never waits.</summary>
    public void Signal() => _signals.Writer.TryWrite(true);

    /// <summary>Waits until there may be changes. True if a heartbeat is due.</summary>
    public async Task<bool> WaitForSignal(CancellationToken cancellation)
    {
        await _signals.Reader.ReadAsync(cancellation);
        return Interlocked.Exchange(ref _isHeartbeatDue, 0) == 1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _heartbeat?.Dispose();
        unfollow(this);
        GC.SuppressFinalize(this);
    }
}

/// <summary>A follower of all orders, for whom the latest <see cref="MaxBuffered"/> changes are buffered until they are sent.</summary>
internal sealed class AllOrdersFollower : LiveFollower
{
    /// <summary>The most changes that are buffered for one follower.</summary>
    public const int MaxBuffered = 1_000;

    private readonly Channel<LiveChange> _buffer;
    private int _missed;

    public AllOrdersFollower(Action<LiveFollower> unfollow)
        : base(unfollow) => _buffer = Channel.CreateBounded<LiveChange>(
            new BoundedChannelOptions(MaxBuffered) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _missed));

    /// <summary>Adds changes; if the buffer is full, the oldest are dropped. Never waits.</summary>
    public void Add(LiveChanges item)
    {
        foreach (var change in item.Changes) _buffer.Writer.TryWrite(change);
        Signal();
    }

    /// <summary>How many were dropped since the last call, all of them older than what <see cref="TakeNext"/> returns next.</summary>
    public int TakeMissedCount() => Interlocked.Exchange(ref _missed, 0);

    /// <summary>Takes the next buffered change; null if there is none.</summary>
    public LiveChange? TakeNext() => _buffer.Reader.TryRead(out var change) ? change : null;
}
