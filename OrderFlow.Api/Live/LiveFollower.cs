using System.Threading.Channels;
using OrderFlow.Live;

namespace OrderFlow.Api.Live;

/// <summary>Somebody who is connected and waits for something to happen. However much happens before they look, they are told once that they should.</summary>
internal class LiveFollower(Action<LiveFollower> left) : IDisposable
{
    private readonly Channel<bool> _reasons = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });
    private int _isBeatDue;
    private ITimer? _beats;

    /// <summary>Gives a sign of life from now on, each time after this long.</summary>
    public void StartHeartbeat(TimeProvider time, TimeSpan every) => _beats = time.CreateTimer(_ =>
    {
        Volatile.Write(ref _isBeatDue, 1);
        Signal();
    }, state: null, every, every);

    /// <summary>Says that there may be something new. Never waits.</summary>
    public void Signal() => _reasons.Writer.TryWrite(true);

    /// <summary>Waits until there may be something new. True where a sign of life is due.</summary>
    public async Task<bool> WaitForSignal(CancellationToken cancellation)
    {
        await _reasons.Reader.ReadAsync(cancellation);
        return Interlocked.Exchange(ref _isBeatDue, 0) == 1;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _beats?.Dispose();
        left(this);
        GC.SuppressFinalize(this);
    }
}

/// <summary>A reader of one order's changes.</summary>
internal sealed class OrderFollower(long orderId, Action<LiveFollower> left) : LiveFollower(left)
{
    /// <summary>The order.</summary>
    public long OrderId => orderId;
}

/// <summary>A reader of all changes, for whom they are kept until they are read: the latest <see cref="MaxBuffered"/>.</summary>
internal sealed class AllOrdersFollower : LiveFollower
{
    /// <summary>The most changes that wait for one reader.</summary>
    public const int MaxBuffered = 1_000;

    private readonly Channel<LiveChange> _waiting;
    private int _missed;

    public AllOrdersFollower(Action<LiveFollower> left)
        : base(left) => _waiting = Channel.CreateBounded<LiveChange>(
            new BoundedChannelOptions(MaxBuffered) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            _ => Interlocked.Increment(ref _missed));

    /// <summary>Adds changes; where too many wait, the oldest are dropped. Never waits.</summary>
    public void Add(LiveChanges item)
    {
        foreach (var change in item.Changes) _waiting.Writer.TryWrite(change);
        Signal();
    }

    /// <summary>How many were dropped since this was last asked, all of them older than what <see cref="TakeNext"/> gives next.</summary>
    public int TakeMissedCount() => Interlocked.Exchange(ref _missed, 0);

    /// <summary>The next change, or null where none waits.</summary>
    public LiveChange? TakeNext() => _waiting.Reader.TryRead(out var change) ? change : null;
}
