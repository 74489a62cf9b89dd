using System.Diagnostics;
using Npgsql;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Postgres;

/// <summary>Reads rows of many callers in one round trip.</summary>
/// <param name="database">Where to read.</param>
/// <param name="spanName">What it is called in traces, such as <c>read orders</c>.</param>
/// <param name="query">Reads the rows of these keys; a key without a row is left out. One that cannot be read fails for those who asked for it, alone.</param>
internal sealed class GroupRead<TKey, TRow>(
    NpgsqlDataSource database,
    string spanName,
    Func<NpgsqlDataSource, IReadOnlyList<TKey>, Task<IReadOnlyDictionary<TKey, RowRead<TRow>>>> query) : IAsyncDisposable
    where TKey : notnull
    where TRow : class
{
    private readonly BatchLoop<Waiting> _loop = new(batch => ReadAll(database, spanName, query, batch));

    /// <summary>The row of this key, or null where there is none.</summary>
    public async Task<TRow?> Read(TKey key)
    {
        var waiting = new Waiting(key, Activity.Current);
        await _loop.Add(waiting);
        return await waiting.Found.Task;
    }

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private static async Task ReadAll(
        NpgsqlDataSource database,
        string spanName,
        Func<NpgsqlDataSource, IReadOnlyList<TKey>, Task<IReadOnlyDictionary<TKey, RowRead<TRow>>>> query,
        List<Waiting> batch)
    {
        try
        {
            using var span = Traces.StartShared(spanName, batch.Select(waiting => waiting.Caller));
            var rows = await query(database, [.. batch.Select(waiting => waiting.Key)]);
            foreach (var waiting in batch)
            {
                var (row, unreadable) = rows.GetValueOrDefault(waiting.Key);
                if (unreadable is null) waiting.Found.SetResult(row);
                else waiting.Found.SetException(unreadable);
            }
        }
        catch (Exception error)
        {
            foreach (var waiting in batch) waiting.Found.SetException(error);
        }
    }

    private sealed record Waiting(TKey Key, Activity? Caller)
    {
        public TaskCompletionSource<TRow?> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
