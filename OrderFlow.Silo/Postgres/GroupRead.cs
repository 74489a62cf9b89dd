using System.Diagnostics;
using Npgsql;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Postgres;

/// <summary>Reads the rows of these keys; a key without a row is left out. An unreadable row fails only the callers that asked for it.</summary>
internal delegate Task<IReadOnlyDictionary<TKey, RowRead<TRow>>> GroupQuery<TKey, TRow>(NpgsqlDataSource database, IReadOnlyList<TKey> keys);

/// <summary>Reads rows for many callers in one round trip.</summary>
/// <param name="database">The database to read.</param>
/// <param name="spanName">The name of the span, such as <c>read orders</c>.</param>
/// <param name="query">The query for many keys.</param>
internal sealed class GroupRead<TKey, TRow>(NpgsqlDataSource database, string spanName, GroupQuery<TKey, TRow> query) : IAsyncDisposable
    where TKey : notnull
{
    private readonly BatchLoop<TKey, TRow?> _loop = new(batch => ReadAll(database, spanName, query, batch));

    /// <summary>Reads the row of this key; the default value where there is none.</summary>
    public Task<TRow?> Read(TKey key) => _loop.Process(key, Activity.Current);

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private static async Task ReadAll(NpgsqlDataSource database, string spanName, GroupQuery<TKey, TRow> query, List<Pending<TKey, TRow?>> batch)
    {
        try
        {
            using var span = Traces.StartShared(spanName, batch.Select(read => read.Span));
            var rows = await query(database, [.. batch.Select(read => read.Item)]);
            foreach (var read in batch)
            {
                var (row, unreadable) = rows.GetValueOrDefault(read.Item);
                if (unreadable is null) read.Result.SetResult(row);
                else read.Result.SetException(unreadable);
            }
        }
        catch (Exception error)
        {
            foreach (var read in batch) read.Result.SetException(error);
        }
    }
}
