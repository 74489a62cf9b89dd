using Orleans.Storage;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Has no more statements of a storage run at once than there are connections for. Those beyond wait here, and not in Npgsql's pool, where waiting uses up the
/// time there is to open a connection: when more came during an outage than could be served in that time, whoever's turn it was had none of it left, no
/// connection was opened any more, and the pool stayed empty for as long as calls kept coming.
/// </summary>
/// <param name="storage">What runs the statements.</param>
/// <param name="atOnce">How many of them run at once.</param>
/// <param name="patience">How long one waits for its turn.</param>
internal sealed class BoundedGrainStorage(IGrainStorage storage, int atOnce, TimeSpan patience) : IGrainStorage, IDisposable
{
    private readonly SemaphoreSlim _turns = new(atOnce);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        InTurn(() => storage.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        InTurn(() => storage.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        InTurn(() => storage.ClearStateAsync(stateName, grainId, grainState));

    public void Dispose() => _turns.Dispose();

    /// <exception cref="UnavailableException">Too many wait; nothing was read or written.</exception>
    private async Task InTurn(Func<Task> statement)
    {
        if (!await _turns.WaitAsync(patience)) throw new UnavailableException("the database cannot answer: too many statements wait for a connection");
        try
        {
            await statement();
        }
        finally
        {
            _turns.Release();
        }
    }
}
