using System.Diagnostics;
using Npgsql;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Postgres;

/// <summary>What is the same for every <see cref="GroupCommit{TWrite}"/>.</summary>
internal static class GroupCommit
{
    /// <summary>The SQLSTATE of our own that <c>require_rows</c> raises.</summary>
    public const string StaleVersion = "OF001";

    /// <summary>How often a batch that met a deadlock or a serialization failure is run in all.</summary>
    public const int AttemptLimit = 5;

    /// <summary>The database rolled back, and would again for as long as the offending row is there.</summary>
    public static bool IsRejection(PostgresException error) =>
        IsConflict(error) || error.SqlState.StartsWith("22", StringComparison.Ordinal) || error.SqlState.StartsWith("23", StringComparison.Ordinal);

    /// <summary>Somebody else wrote the row first.</summary>
    public static bool IsConflict(PostgresException error) => error.SqlState is StaleVersion or PostgresErrorCodes.UniqueViolation;

    /// <summary>The database rolled back, and may well not the next time.</summary>
    public static bool IsTransient(PostgresException error) => error.SqlState is PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;
}

/// <summary>
/// Commits the writes of many grains as one transaction, and answers each by itself. One bad row cannot fail its neighbours:
/// a batch the database rejects is halved until the offending write stands alone.
/// </summary>
/// <remarks>
/// A lost connection or a time-out is an unknown outcome: the batch may have been committed, or may yet be, however late. Every writer of it gets the error, and
/// must not rest on what it reads for longer than one question until a write of its own has succeeded.
/// </remarks>
internal sealed class GroupCommit<TWrite> : IAsyncDisposable
{
    private readonly NpgsqlDataSource _database;
    private readonly IBatchStatements<TWrite> _statements;
    private readonly CommitMetrics? _metrics;
    private readonly string _waitSpan;
    private readonly string _batchSpan;
    private readonly BatchLoop<Waiting> _loop;
    private readonly Comparer<Waiting> _byKey;

    /// <param name="database">Where to write.</param>
    /// <param name="statements">What the store says.</param>
    /// <param name="metrics">Who counts; null for nobody.</param>
    public GroupCommit(NpgsqlDataSource database, IBatchStatements<TWrite> statements, CommitMetrics? metrics = null)
    {
        _database = database;
        _statements = statements;
        _metrics = metrics;
        (_waitSpan, _batchSpan) = ($"commit {statements.Store}", $"batch {statements.Store}");
        _byKey = Comparer<Waiting>.Create((x, y) => statements.Compare(x.Write, y.Write));
        _loop = new(CommitAll);
    }

    /// <summary>Commits the write together with others.</summary>
    /// <returns>False where somebody else wrote the row first; nothing of this write was stored then.</returns>
    public async Task<bool> Commit(TWrite write)
    {
        using var span = Traces.Source.StartActivity(_waitSpan);
        var began = Stopwatch.GetTimestamp();
        var waiting = new Waiting(write, span);
        try
        {
            await _loop.Add(waiting);
            return await waiting.Committed.Task;
        }
        catch (Exception error)
        {
            span.Fail(error.Message);
            throw;
        }
        finally
        {
            _metrics?.Committed(_statements.Store, Stopwatch.GetElapsedTime(began));
        }
    }

    public ValueTask DisposeAsync() => _loop.DisposeAsync();

    private async Task CommitAll(List<Waiting> waiting)
    {
        // A stable order by key: rows are locked in the same order by everybody, and writes of one key keep theirs.
        var sorted = waiting.Order(_byKey).ToList();
        while (sorted.Count > 0)
        {
            var (batch, later) = TakeOnePerKey(sorted);
            _metrics?.Batch(_statements.Store, batch.Count);
            await CommitBatch(batch, attempt: 1);
            sorted = later;
        }
    }

    private (List<Waiting> Batch, List<Waiting> Later) TakeOnePerKey(List<Waiting> sorted)
    {
        var batch = new List<Waiting>(sorted.Count);
        var later = new List<Waiting>();
        foreach (var write in sorted)
            (batch.Count > 0 && _byKey.Compare(batch[^1], write) == 0 ? later : batch).Add(write);
        return (batch, later);
    }

    private async Task CommitBatch(List<Waiting> batch, int attempt)
    {
        try
        {
            await Execute(batch);
            foreach (var write in batch) write.Committed.SetResult(true);
        }
        catch (PostgresException error) when (GroupCommit.IsTransient(error) && attempt < GroupCommit.AttemptLimit)
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

    private async Task Execute(List<Waiting> batch)
    {
        using var span = Traces.StartShared(_batchSpan, batch.Select(waiting => waiting.Span));
        span?.SetTag("orderflow.batch.size", batch.Count);
        await using var connection = await _database.OpenConnectionAsync();
        await using var statements = new NpgsqlBatch(connection);
        _statements.AddTo(statements, [.. batch.Select(waiting => waiting.Write)]);
        await statements.ExecuteNonQueryAsync();   // one round trip; without a transaction of its own a batch is one
    }

    private sealed record Waiting(TWrite Write, Activity? Span)
    {
        public TaskCompletionSource<bool> Committed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
