using Orleans.Storage;

namespace OrderFlow;

/// <summary>
/// A grain's persisted state. A commit that was held up on its way may land at any time, and a fresh activation knows nothing of one by its predecessor:
/// until a write of its own has succeeded, which makes every write that is based on an older version fail, it reloads for each question and each decision.
/// </summary>
internal sealed class GrainRecord<T>(IGrainStorage storage, string stateName, GrainId grainId)
    where T : class
{
    private GrainState<T>? _persisted;
    private int _writes;

    /// <summary>True from the start, and after a write that failed, until a write has succeeded: what is persisted may be newer than what is known.</summary>
    public bool MayBeStale { get; private set; } = true;

    /// <summary>What the next decision rests on: what was read for it, or written last. Null where nothing is persisted, or nothing is known.</summary>
    public T? Value => ValueOf(_persisted);

    /// <summary>What is persisted, for a question. It changes nothing of what a decision under way rests on, and shares no read that began before it.</summary>
    public async ValueTask<T?> ReadForQuery()
    {
        while (MayBeStale)
        {
            var writes = _writes;
            var read = await ReadFromStorage();
            if (writes == _writes) return ValueOf(read);   // else what succeeded meanwhile is newer than what was read
        }

        return Value;
    }

    /// <summary>What is persisted, for a decision. One decision at a time: the next <see cref="Write"/> is based on it.</summary>
    public ValueTask<T?> ReadForUpdate() => MayBeStale ? Reload() : new(Value);

    /// <summary>The same, read whatever is known already: somebody says that it is something else. Where it is, somebody else writes, too.</summary>
    public async ValueTask<T?> Reload()
    {
        var read = await ReadFromStorage();
        MayBeStale |= read.ETag != _persisted?.ETag;
        _persisted = read;
        return Value;
    }

    /// <summary>Persists <paramref name="next"/> over what was read or written last, or as the first record where nothing was.</summary>
    /// <exception cref="InconsistentStateException">Somebody else has written meanwhile; nothing was stored.</exception>
    public async Task Write(T next)
    {
        var before = _persisted;
        var write = new GrainState<T> { State = next, ETag = before?.ETag, RecordExists = before?.RecordExists ?? false };
        try
        {
            await storage.WriteStateAsync(stateName, grainId, write);
            _writes++;
            _persisted = write;
            MayBeStale = !write.RecordExists;   // without a row there is no version that refuses others
        }
        catch
        {
            _persisted = null;
            MayBeStale = true;
            throw;
        }
    }

    private static T? ValueOf(GrainState<T>? state) => state is { RecordExists: true } ? state.State : null;

    private async Task<GrainState<T>> ReadFromStorage()
    {
        var read = new GrainState<T>();
        await storage.ReadStateAsync(stateName, grainId, read);
        return read;
    }
}
