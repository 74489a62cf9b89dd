using Orleans.Storage;

namespace OrderFlow;

/// <summary>
/// A grain's persisted state. A held-up commit, its own or a predecessor's, may land at any time until a write succeeds, which fences off all writes that
/// are based on older versions. Until then every query and every decision reloads.
/// </summary>
internal sealed class GrainRecord<T>(IGrainStorage storage, string stateName, GrainId grainId)
    where T : class
{
    private GrainState<T>? _persisted;
    private int _writes;

    /// <summary>True from activation, and after a failed write, until a write succeeds: what is persisted may be newer than <see cref="Value"/>.</summary>
    public bool MayBeStale { get; private set; } = true;

    /// <summary>What was last read for an update, or written. Null where nothing is persisted or known.</summary>
    public T? Value => ValueOf(_persisted);

    /// <summary>Reads what is persisted without changing <see cref="Value"/>, on which a decision may rest. Never shares a read that began before.</summary>
    public async ValueTask<T?> ReadForQuery()
    {
        while (MayBeStale)
        {
            var writes = _writes;
            var read = await ReadFromStorage();
            if (writes == _writes) return ValueOf(read);   // else a write succeeded meanwhile, and is newer
        }

        return Value;
    }

    /// <summary>Reads what is persisted as the base of the next <see cref="Write"/>. One update at a time.</summary>
    public ValueTask<T?> ReadForUpdate() => MayBeStale ? Reload() : new(Value);

    /// <summary>Reads even where <see cref="Value"/> seems current. A changed version means that another activation writes too.</summary>
    public async ValueTask<T?> Reload()
    {
        var read = await ReadFromStorage();
        MayBeStale |= read.ETag != _persisted?.ETag;
        _persisted = read;
        return Value;
    }

    /// <summary>Persists <paramref name="next"/> over what was last read or written; inserts it where nothing was.</summary>
    /// <exception cref="InconsistentStateException">Another writer was first; nothing was stored.</exception>
    public async Task Write(T next)
    {
        var write = new GrainState<T> { State = next, ETag = _persisted?.ETag, RecordExists = _persisted?.RecordExists ?? false };
        try
        {
            await storage.WriteStateAsync(stateName, grainId, write);
            _writes++;
            _persisted = write;
            MayBeStale = !write.RecordExists;   // without a row there is no version to fence with
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
