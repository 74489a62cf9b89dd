using System.Diagnostics;
using Npgsql;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Postgres;

/// <summary>Reads rows for many callers in one round trip.</summary>
/// <param name="database">The database to read.</param>
/// <param name="spanName">The name of the span, such as <c>read orders</c>.</param>
/// <param name="query">Reads the rows of these keys and leaves out keys without a row. An unreadable row fails only the callers that asked for it.</param>
internal sealed class GroupRead<TKey, TRow>(
    NpgsqlDataSource database,
    string spanName,
    Func<NpgsqlDataSource, IReadOnlyList<TKey>, Task<IReadOnlyDictionary<TKey, RowRead<TRow>>>> query) : IAsyncDisposable
    where TKey : notnull
    where TRow : class
{
    private readonly BatchLoop<PendingRead> _loop = new(batch => ReadAll(database, spanName, query, batch));

    /// <summary>Reads the row of this key; null where there is none.</summary>
    public async Task<TRow?> Read(TKey key)
    {
        var pending = new PendingRead(key, Activity.Current);
        await _loop.Enqueue(pending);
        return await pending.Found.Task;
    }

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private static async Task ReadAll(
        NpgsqlDataSource database,
        string spanName,
        Func<NpgsqlDataSource, IReadOnlyList<TKey>, Task<IReadOnlyDictionary<TKey, RowRead<TRow>>>> query,
        List<PendingRead> batch)
    {
        try
        {
            using var span = Traces.StartShared(spanName, batch.Select(read => read.Caller));
            var rows = await query(database, [.. batch.Select(read => read.Key)]);
            foreach (var read in batch)
            {
                var (row, unreadable) = rows.GetValueOrDefault(read.Key);
                if (unreadable is null) read.Found.SetResult(row);
                else read.Found.SetException(unreadable);
            }
        }
        catch (Exception error)
        {
            foreach (var read in batch) read.Found.SetException(error);
        }
    }

    private sealed record PendingRead(TKey Key, Activity? Caller)
    {
        public TaskCompletionSource<TRow?> Found { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
