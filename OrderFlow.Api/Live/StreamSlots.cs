using Microsoft.Extensions.Options;

namespace OrderFlow.Api.Live;

/// <summary>Whether there is room for one more stream.</summary>
internal enum Room
{
    /// <summary>There is, and it is taken.</summary>
    Taken,

    /// <summary>This user has as many as a user may have.</summary>
    NoneForUser,

    /// <summary>There are as many as there may be.</summary>
    None,
}

/// <summary>How many streams there are, of each user and in all. Each is a connection that stays.</summary>
internal sealed class StreamSlots(IOptions<LiveOptions> settings)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, int> _ofUsers = new(StringComparer.Ordinal);
    private int _all;

    /// <summary>Takes room for one stream of a user, until the slot is disposed.</summary>
    public Room Take(string userId, out IDisposable? slot)
    {
        slot = null;
        lock (_lock)
        {
            var own = _ofUsers.GetValueOrDefault(userId);
            if (own >= settings.Value.MaxStreamsPerUser) return Room.NoneForUser;
            if (_all >= settings.Value.MaxStreams) return Room.None;

            _ofUsers[userId] = own + 1;
            _all++;
        }

        slot = new Slot(this, userId);
        return Room.Taken;
    }

    private void Free(string userId)
    {
        lock (_lock)
        {
            _all--;
            if (--_ofUsers[userId] == 0) _ofUsers.Remove(userId);
        }
    }

    private sealed class Slot(StreamSlots slots, string userId) : IDisposable
    {
        private int _isFree;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _isFree, 1) == 0) slots.Free(userId);
        }
    }
}
