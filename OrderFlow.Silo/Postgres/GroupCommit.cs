using System.Diagnostics;
using Npgsql;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Postgres;

/// <summary>Constants and error classes of every <see cref="GroupCommit{TWrite}"/>.</summary>
internal static class GroupCommit
{
    /// <summary>The SQLSTATE that our SQL function <c>require_rows</c> raises.</summary>
    public const string StaleVersion = "OF001";

    /// <summary>How often a batch is run in all where it meets deadlocks or serialization failures.</summary>
    public const int MaxAttempts = 5;

    /// <summary>True where the database rolled back and would do so again for as long as the offending row is in the batch.</summary>
    public static bool IsRejection(PostgresException error) =>
        IsConflict(error) || error.SqlState.StartsWith("22", StringComparison.Ordinal) || error.SqlState.StartsWith("23", StringComparison.Ordinal);

    /// <summary>True where another writer wrote the row first.</summary>
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
    private readonly BatchLoop<PendingWrite> _loop;
    private readonly Comparer<PendingWrite> _byKey;

    public GroupCommit(NpgsqlDataSource database, IBatchStatements<TWrite> statements, CommitMetrics? metrics = null)
    {
        _database = database;
        _statements = statements;
        _metrics = metrics;
        (_waitSpan, _batchSpan) = ($"commit {statements.Store}", $"batch {statements.Store}");
        _byKey = Comparer<PendingWrite>.Create((x, y) => statements.Compare(x.Write, y.Write));
        _loop = new(CommitAll);
    }

    /// <summary>Commits the write in a transaction that it may share with others.</summary>
    /// <returns>False where another writer wrote the row first; nothing of this write was stored then.</returns>
    public async Task<bool> Commit(TWrite write)
    {
        using var span = Traces.Source.StartActivity(_waitSpan);
        var began = Stopwatch.GetTimestamp();
        var pending = new PendingWrite(write, span);
        try
        {
            await _loop.Enqueue(pending);
            return await pending.Committed.Task;
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

    private async Task CommitAll(List<PendingWrite> writes)
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

    private (List<PendingWrite> Batch, List<PendingWrite> Later) TakeOnePerKey(List<PendingWrite> sorted)
    {
        var batch = new List<PendingWrite>(sorted.Count);
        var later = new List<PendingWrite>();
        foreach (var write in sorted)
            (batch.Count > 0 && _byKey.Compare(batch[^1], write) == 0 ? later : batch).Add(write);
        return (batch, later);
    }

    private async Task CommitBatch(List<PendingWrite> batch, int attempt)
    {
        try
        {
            await Execute(batch);
            foreach (var write in batch) write.Committed.SetResult(true);
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
            batch[0].Committed.SetResult(false);
        }
        catch (Exception error)
        {
            foreach (var write in batch) write.Committed.SetException(error);
        }
    }

    private async Task Execute(List<PendingWrite> batch)
    {
        using var span = Traces.StartShared(_batchSpan, batch.Select(write => write.Span));
        span?.SetTag("orderflow.batch.size", batch.Count);
        await using var connection = await _database.OpenConnectionAsync();
        await using var statements = new NpgsqlBatch(connection);
        _statements.AddTo(statements, [.. batch.Select(write => write.Write)]);
        await statements.ExecuteNonQueryAsync();   // one round trip, and one transaction: Npgsql runs a batch as one
    }

    private sealed record PendingWrite(TWrite Write, Activity? Span)
    {
        public TaskCompletionSource<bool> Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
