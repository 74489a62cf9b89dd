using Microsoft.Extensions.Options;

namespace OrderFlow.Api.Live;

/// <summary>Whether there is room for one more stream.</summary>
internal enum StreamPermit
{
    /// <summary>There is, and it is taken.</summary>
    Acquired,

    /// <summary>This user has as many as a user may have.</summary>
    UserLimitReached,

    /// <summary>There are as many as there may be.</summary>
    LimitReached,
}

/// <summary>How many streams there are, of each user and in all. Each is a connection that stays.</summary>
internal sealed class StreamLimiter(IOptions<LiveOptions> settings)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _ofUsers = new(StringComparer.Ordinal);
    private int _all;

    /// <summary>Takes room for one stream of a user, until the slot is disposed.</summary>
    public StreamPermit Acquire(string userId, out IDisposable? slot)
    {
        slot = null;
        lock (_lock)
        {
            var own = _ofUsers.GetValueOrDefault(userId);
            if (own >= settings.Value.MaxStreamsPerUser) return StreamPermit.UserLimitReached;
            if (_all >= settings.Value.MaxStreams) return StreamPermit.LimitReached;

            _ofUsers[userId] = own + 1;
            _all++;
        }

        slot = new Slot(this, userId);
        return StreamPermit.Acquired;
    }

    private void Free(string userId)
    {
        lock (_lock)
        {
            _all--;
            if (--_ofUsers[userId] == 0) _ofUsers.Remove(userId);
        }
    }

    private sealed class Slot(StreamLimiter slots, string userId) : IDisposable
    {
        private int _isFree;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isFree, 1) == 0) slots.Free(userId);
        }
    }
}
