using System.Diagnostics;
using Npgsql;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Postgres;

/// <summary>The kinds of errors of every <see cref="GroupCommit{TWrite}"/>.</summary>
internal static class GroupCommit
{
    /// <summary>The SQLSTATE that our SQL function <c>require_rows</c> raises.</summary>
    public const string StaleVersion = "OF001";

    /// <summary>The most attempts for a batch that meets deadlocks or serialization failures.</summary>
    public const int MaxAttempts = 5;

    /// <summary>True where the database rejected a row: the batch fails again for as long as it holds that row.</summary>
    public static bool IsRejection(PostgresException error) =>
        IsConflict(error) || error.SqlState.StartsWith("22", StringComparison.Ordinal) || error.SqlState.StartsWith("23", StringComparison.Ordinal);

    /// <summary>True where another writer has written the row first.</summary>
    public static bool IsConflict(PostgresException error) => error.SqlState is StaleVersion or PostgresErrorCodes.UniqueViolation;

    /// <summary>True where the database rolled back and the same batch may succeed when it is run again.</summary>
    public static bool IsTransient(PostgresException error) => error.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;
}

/// <summary>
/// Commits the writes of many grains in one transaction and completes each of them separately. One bad row does not fail its neighbours:
/// a batch that the database rejects is halved until the offending write is alone.
/// </summary>
/// <remarks>
/// A lost connection or a timeout is an unknown outcome: the batch may have been committed, or may still be, however late. Each writer gets the error and
/// must read again before every use until a write of its own has succeeded.
/// </remarks>
internal sealed class GroupCommit<TWrite> : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly IBatchStatements<TWrite> _statements;
    private readonly CommitMetrics? _metrics;
    private readonly string _waitSpan;
    private readonly string _batchSpan;
    private readonly BatchLoop<TWrite, bool> _loop;
    private readonly Comparer<Pending<TWrite, bool>> _byKey;

    public GroupCommit(NpgsqlDataSource database, IBatchStatements<TWrite> statements, CommitMetrics? metrics = null)
    {
        _database = database;
        _statements = statements;
        _metrics = metrics;
        (_waitSpan, _batchSpan) = ($"commit {statements.Store}", $"batch {statements.Store}");
        _byKey = Comparer<Pending<TWrite, bool>>.Create((x, y) => statements.Compare(x.Item, y.Item));
        _loop = new(CommitAll);
    }

    /// <summary>Commits the write in a transaction that it may share with others.</summary>
    /// <returns>False where another writer wrote the row first; nothing of this write was stored then.</returns>
    public async Task<bool> Commit(TWrite write)
    {
        using var span = Traces.Source.StartActivity(_waitSpan);
        var began = Stopwatch.GetTimestamp();
        try
        {
            return await _loop.Process(write, span);
        }
        catch (Exception error)
        {
            span.Fail(error.Message);
            throw;
        }
        finally
        {
            _metrics?.RecordCommit(_statements.Store, Stopwatch.GetElapsedTime(began));
        }
    }

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private async Task CommitAll(List<Pending<TWrite, bool>> writes)
    {
        // A stable sort by key: every silo locks rows in the same order, and writes of one key keep their order.
        var sorted = writes.Order(_byKey).ToList();
        while (sorted.Count > 0)
        {
            var (batch, later) = TakeOnePerKey(sorted);
            _metrics?.RecordBatch(_statements.Store, batch.Count);
            await CommitBatch(batch, attempt: 1);
            sorted = later;
        }
    }

    private (List<Pending<TWrite, bool>> Batch, List<Pending<TWrite, bool>> Later) TakeOnePerKey(List<Pending<TWrite, bool>> sorted)
    {
        var batch = new List<Pending<TWrite, bool>>(sorted.Count);
        var later = new List<Pending<TWrite, bool>>();
        foreach (var write in sorted)
            (batch.Count > 0 && _byKey.Compare(batch[^1], write) == 0 ? later : batch).Add(write);
        return (batch, later);
    }

    private async Task CommitBatch(List<Pending<TWrite, bool>> batch, int attempt)
    {
        try
        {
            await Execute(batch);
            foreach (var write in batch) write.Result.SetResult(true);
        }
        catch (PostgresException error) when (GroupCommit.IsTransient(error) && attempt < GroupCommit.MaxAttempts)
        {
            await CommitBatch(batch, attempt + 1);
        }
        catch (PostgresException error) when (GroupCommit.IsRejection(error) && batch.Count > 1)
        {
            var half = batch.Count / 2;
            await CommitBatch(batch[..half], attempt);
            await CommitBatch(batch[half..], attempt);
        }
        catch (PostgresException error) when (GroupCommit.IsConflict(error))
        {
            batch[0].Result.SetResult(false);
        }
        catch (Exception error)
        {
            foreach (var write in batch) write.Result.SetException(error);
        }
    }

    private async Task Execute(List<Pending<TWrite, bool>> batch)
    {
        using var span = Traces.StartShared(_batchSpan, batch.Select(write => write.Span));
        span?.SetTag("orderflow.batch.size", batch.Count);
        await using var connection = await _database.OpenConnectionAsync();
        await using var statements = new NpgsqlBatch(connection);
        _statements.AddTo(statements, [.. batch.Select(write => write.Item)]);
        await statements.ExecuteNonQueryAsync();   // one round trip, and one transaction: Npgsql runs a batch as one
    }
}
