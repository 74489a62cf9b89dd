using System.Collections.Concurrent;
using Npgsql;
using OrderFlow.Silo.Postgres;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>Group commit alone, on a table of two columns.</summary>
public sealed class GroupCommits : IAsyncLifetime
{
    private readonly Counters _statements = new();
    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;
    private GroupCommit<Counter> _writes = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        _connections = NpgsqlDataSource.Create(_database.ConnectionString);
        _writes = new(_connections, _statements);
        await _database.Execute("CREATE TABLE counters (key integer PRIMARY KEY, value integer NOT NULL CHECK (value < 1000))");
    }

    public async Task DisposeAsync()
    {
        await _writes.DisposeAsync();
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Writes_that_arrive_during_a_commit_share_the_next_transaction()
    {
        await using var blocked = await Block(0);
        var first = _writes.Commit(new(0, 1));
        await blocked.UntilWaitedFor();
        var others = Enumerable.Range(1, 200).Select(key => _writes.Commit(new(key, 1))).ToArray();

        await blocked.Release();
        await Task.WhenAll([first, .. others]);

        Assert.Equal([1, 200], _statements.BatchSizes);
    }

    [Fact]
    public async Task Writes_of_one_key_keep_their_order_and_never_share_a_batch()
    {
        await using var blocked = await Block(0);
        var first = _writes.Commit(new(0, 1));
        await blocked.UntilWaitedFor();
        var same = Enumerable.Range(1, 3).Select(value => _writes.Commit(new(7, value))).ToArray();
        var other = _writes.Commit(new(8, 1));

        await blocked.Release();
        await Task.WhenAll([first, .. same, other]);

        Assert.Equal([1, 2, 1, 1], _statements.BatchSizes);
        Assert.Equal(3, await _database.Value<int>("SELECT value FROM counters WHERE key = 7"));
    }

    [Fact]
    public async Task Rows_are_written_in_key_order_so_that_two_silos_cannot_deadlock()
    {
        await using var blocked = await Block(0);
        var first = _writes.Commit(new(0, 1));
        await blocked.UntilWaitedFor();
        var others = new[] { 5, 3, 9, 1, 7 }.Select(key => _writes.Commit(new(key, 1))).ToArray();

        await blocked.Release();
        await Task.WhenAll([first, .. others]);

        Assert.Equal([1, 3, 5, 7, 9], _statements.LastKeys);
    }

    [Fact]
    public async Task A_batch_takes_at_most_its_limit()
    {
        await using var blocked = await Block(0);
        var first = _writes.Commit(new(0, 1));
        await blocked.UntilWaitedFor();
        var others = Enumerable.Range(1, 300).Select(key => _writes.Commit(new(key, 1))).ToArray();

        await blocked.Release();
        await Task.WhenAll([first, .. others]);

        Assert.Equal([1, 256, 44], _statements.BatchSizes);
    }

    [Fact]
    public async Task Bad_rows_fail_alone_each_with_its_own_error()
    {
        await using var blocked = await Block(0);
        var first = _writes.Commit(new(0, 1));
        await blocked.UntilWaitedFor();
        var writes = Enumerable.Range(1, 100).Select(key => _writes.Commit(new(key, key is 20 or 21 or 80 ? 5000 : 1))).ToArray();

        await blocked.Release();
        await first;

        for (var key = 1; key <= 100; key++)
        {
            if (key is 20 or 21 or 80) Assert.Equal(PostgresErrorCodes.CheckViolation, (await Assert.ThrowsAsync<PostgresException>(() => writes[key - 1])).SqlState);
            else Assert.True(await writes[key - 1]);
        }

        Assert.Equal(98, await _database.Value<long>("SELECT count(*) FROM counters"));
    }

    [Fact]
    public async Task A_batch_that_deadlocks_is_retried()
    {
        _statements.Raise("40P01", times: 2);

        Assert.True(await _writes.Commit(new(1, 1)));

        Assert.Equal([1, 1, 1], _statements.BatchSizes);
        Assert.Equal(1, await _database.Value<int>("SELECT value FROM counters WHERE key = 1"));
    }

    [Fact]
    public async Task A_batch_that_keeps_deadlocking_fails()
    {
        _statements.Raise("40P01", times: int.MaxValue);

        var error = await Assert.ThrowsAsync<PostgresException>(() => _writes.Commit(new(1, 1)));

        Assert.Equal("40P01", error.SqlState);
        Assert.Equal(GroupCommit.MaxAttempts, _statements.BatchSizes.Count());
    }

    [Fact]
    public async Task A_connection_lost_during_a_commit_fails_every_writer_of_the_batch_and_stores_nothing()
    {
        await using var blocked = await Block(5);
        var first = _writes.Commit(new(5, 1));
        await blocked.UntilWaitedFor();
        var others = Enumerable.Range(1, 10).Select(key => _writes.Commit(new(key, 1))).ToArray();   // key 5 waits for the lock again

        await blocked.CutWaitingSessions();
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => first);
        await blocked.UntilWaitedFor();
        await blocked.CutWaitingSessions();

        foreach (var write in others) await Assert.ThrowsAnyAsync<NpgsqlException>(() => write);
        await blocked.Release();
        Assert.Equal(0, await _database.Value<long>("SELECT count(*) FROM counters"));
        Assert.True(await _writes.Commit(new(1, 1)));
    }

    [Fact]
    public async Task Queued_writes_complete_before_shutdown()
    {
        var writes = Enumerable.Range(1, 500).Select(key => _writes.Commit(new(key, 1))).ToArray();
        await _writes.DisposeAsync();

        Assert.Equal(500, (await Task.WhenAll(writes)).Count(stored => stored));
        await Assert.ThrowsAsync<ObjectDisposedException>(() => _writes.Commit(new(1, 1)));
    }

    /// <summary>Holds an uncommitted row of this key, so that writers of it wait.</summary>
    private async Task<Blocker> Block(int key)
    {
        var blocker = new Blocker(await _connections.OpenConnectionAsync(), _database);
        await blocker.Hold(key);
        return blocker;
    }

    private sealed record Counter(int Key, int Value);

    private sealed class Counters : IBatchStatements<Counter>
    {
        private readonly ConcurrentQueue<int> _batchSizes = new();
        private string? _sqlState;
        private int _raises;

        public string Store => "counters";

        public IEnumerable<int> BatchSizes => _batchSizes;

        public int[] LastKeys { get; private set; } = [];

        public void Raise(string sqlState, int times) => (_sqlState, _raises) = (sqlState, times);

        public int Compare(Counter? x, Counter? y) => x!.Key.CompareTo(y!.Key);

        public void AddTo(NpgsqlBatch batch, IReadOnlyList<Counter> writes)
        {
            _batchSizes.Enqueue(writes.Count);
            LastKeys = [.. writes.Select(write => write.Key)];
            batch.Command("INSERT INTO counters SELECT * FROM unnest($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value")
                .WithColumn(writes, write => write.Key)
                .WithColumn(writes, write => write.Value);
            if (_raises-- > 0) batch.Command($"DO $do$ BEGIN RAISE EXCEPTION 'planned' USING ERRCODE = '{_sqlState}'; END $do$");
        }
    }

    private sealed class Blocker(NpgsqlConnection connection, PostgresDatabase database) : IAsyncDisposable
    {
        private const string Waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";

        private NpgsqlTransaction? _transaction;

        public async Task Hold(int key)
        {
            _transaction = await connection.BeginTransactionAsync();
            await using var command = new NpgsqlCommand("INSERT INTO counters VALUES ($1, 0)", connection);
            command.Parameters.Add(new() { Value = key });
            await command.ExecuteNonQueryAsync();
        }

        public Task UntilWaitedFor() => Eventually.Get("a batch to wait for the lock", () => database.Value<long>(Waiting), waiting => waiting == 1);

        public async Task CutWaitingSessions()
        {
            await database.Execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
        }

        public async Task Release()
        {
            await _transaction!.RollbackAsync();
        }

        public async ValueTask DisposeAsync()
        {
            await _transaction!.DisposeAsync();
            await connection.DisposeAsync();
        }
    }
}
