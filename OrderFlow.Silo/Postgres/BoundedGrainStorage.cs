using Orleans.Storage;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Limits a storage's concurrent statements to its connections. The others queue here and not in Npgsql's pool, where waiting uses up the connect timeout:
/// under overload each left that queue with no time to connect, and the pool stayed empty for as long as calls kept coming.
/// </summary>
/// <param name="storage">The storage that runs the statements.</param>
/// <param name="maxConcurrency">The most statements that run at once.</param>
/// <param name="queueTimeout">How long a statement waits for its permit.</param>
internal sealed class BoundedGrainStorage(IGrainStorage storage, int maxConcurrency, TimeSpan queueTimeout) : IGrainStorage, IDisposable
{
    /// <summary>The connections for grain state; <see cref="PostgresDataSources.ForProviders"/> has a few more.</summary>
    public const int MaxConnections = 12;

    /// <summary>How long a statement waits for one of them; with the connect timeout, less than the API's response timeout.</summary>
    public static readonly TimeSpan DefaultQueueTimeout = CallTimeouts.ResponseTimeout * 0.4;

    private readonly SemaphoreSlim _permits = new(maxConcurrency);

    public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        RunWithPermit(() => storage.ReadStateAsync(stateName, grainId, grainState));

    public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        RunWithPermit(() => storage.WriteStateAsync(stateName, grainId, grainState));

    public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) =>
        RunWithPermit(() => storage.ClearStateAsync(stateName, grainId, grainState));

    public void Dispose() => _permits.Dispose();

    /// <exception cref="UnavailableException">No permit was free in time; the statement was not run.</exception>
    private async Task RunWithPermit(Func<Task> statement)
    {
        if (!await _permits.WaitAsync(queueTimeout))
            throw new UnavailableException("Timed out waiting for a connection to the database; the statement was not run.");
        try
        {
            await statement();
        }
        finally
        {
            _permits.Release();
        }
    }
}
