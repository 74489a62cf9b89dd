using Microsoft.Extensions.Options;

namespace OrderFlow.Api.Live;

/// <summary>Whether one more stream is allowed.</summary>
internal enum StreamPermit
{
    /// <summary>It is.</summary>
    Acquired,

    /// <summary>The user has reached <see cref="LiveOptions.MaxStreamsPerUser"/>.</summary>
    UserLimitReached,

    /// <summary>This process has reached <see cref="LiveOptions.MaxStreams"/>.</summary>
    LimitReached,
}

/// <summary>Limits streams per user and in all: each holds a connection.</summary>
internal sealed class StreamLimiter(IOptions<LiveOptions> options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _countByUser = new(StringComparer.Ordinal);
    private int _count;

    /// <summary>Acquires a permit for one stream of a user, which is released when the lease is disposed.</summary>
    public StreamPermit Acquire(string userId, out IDisposable? lease)
    {
        lease = null;
        lock (_lock)
        {
            var own = _countByUser.GetValueOrDefault(userId);
            if (own >= options.Value.MaxStreamsPerUser) return StreamPermit.UserLimitReached;
            if (_count >= options.Value.MaxStreams) return StreamPermit.LimitReached;

            _countByUser[userId] = own + 1;
            _count++;
        }

        lease = new Lease(this, userId);
        return StreamPermit.Acquired;
    }

    private void Release(string userId)
    {
        lock (_lock)
        {
            _count--;
            if (--_countByUser[userId] == 0) _countByUser.Remove(userId);
        }
    }

    private sealed class Lease(StreamLimiter limiter, string userId) : IDisposable
    {
        private int _isReleased;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isReleased, 1) == 0) limiter.Release(userId);
        }
    }
}
