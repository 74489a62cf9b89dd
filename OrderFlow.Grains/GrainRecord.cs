using Orleans.Storage;

namespace OrderFlow;

/// <summary>
/// A grain's persisted state, read when it is first asked for, so that a grain that is new need not read at all.
/// What it shows is always persisted: a write under way is not seen, and after a write whose outcome is unknown it reads again.
/// </summary>
internal sealed class GrainRecord<T>(IGrainStorage storage, string stateName, GrainId grainId)
    where T : class
{
    private GrainState<T>? _persisted;
    private Task<GrainState<T>>? _reading;

    /// <summary>What is persisted, or null where nothing is, or nothing was read.</summary>
    public T? Value => _persisted is { RecordExists: true } persisted ? persisted.State : null;

    /// <summary>What is persisted, read where it was not read yet; callers that come meanwhile share one read.</summary>
    public async ValueTask<T?> Read()
    {
        while (_persisted is null)
        {
            var reading = _reading ??= ReadFromStorage();
            try
            {
                var read = await reading;
                if (_reading == reading) _persisted ??= read;   // else a write came in between: what was read may be old
            }
            finally
            {
                if (_reading == reading) _reading = null;
            }
        }

        return Value;
    }

    /// <summary>What is persisted, read whatever is known already: somebody says that it is something else. Not while a write is being decided on.</summary>
    public ValueTask<T?> ReadAnew()
    {
        _persisted = null;
        return Read();
    }

    /// <summary>Persists <paramref name="next"/> over what was read last, or as the first record where nothing was read.</summary>
    /// <exception cref="InconsistentStateException">Somebody else has written meanwhile; nothing was stored.</exception>
    public async Task Write(T next)
    {
        var before = _persisted;
        var write = new GrainState<T> { State = next, ETag = before?.ETag, RecordExists = before?.RecordExists ?? false };
        try
        {
            await storage.WriteStateAsync(stateName, grainId, write);
            _persisted = write;
        }
        catch
        {
            _persisted = null;
            throw;
        }
        finally
        {
            _reading = null;
        }
    }

    private async Task<GrainState<T>> ReadFromStorage()
    {
        var read = new GrainState<T>();
        await storage.ReadStateAsync(stateName, grainId, read);
        return read;
    }
}
