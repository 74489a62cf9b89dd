using System.Text.RegularExpressions;
using System.Collections.Concurrent;
using DbUp.Engine;
using Microsoft.Extensions.Logging;
using Npgsql;
using OrderFlow.Silo.Postgres.Migrations;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>A migration waits for a backup or another session that holds locks for long, and writers do not wait for the migration.</summary>
public sealed partial class MigrationLocks
{
    private const string HeldLock = "BEGIN; LOCK TABLE outbox IN ACCESS SHARE MODE";

    private static readonly SqlScript AddColumn = new("9998_outbox_note.sql", "CREATE TABLE notes (id bigint); ALTER TABLE outbox ADD COLUMN note text");
    private readonly Lines _log = new();

    [Fact]
    public async Task While_a_backup_locks_the_outbox_its_migration_waits_and_no_order_fails()
    {
        await using var cluster = await OrderFlowCluster.Start(silos: 1, responseTimeout: CallTimeouts.ResponseTimeout);
        await cluster.SetStock("dumped", 1_000_000);
        await using var backup = await Hold(cluster.ConnectionString, HeldLock, "pg_dump");

        var migrating = DatabaseMigrations.Apply(cluster.ConnectionString, _log, [.. DatabaseMigrations.Scripts, AddColumn]);
        await Eventually.Get("the migration to wait", () => Task.FromResult(_log.All.Length), lines => lines == 1);
        for (var placed = 0; placed < 200; placed++) await cluster.Place(("dumped", 1));

        Assert.False(migrating.IsCompleted);
        await backup.DisposeAsync();
        await migrating;

        Assert.Equal(1, await cluster.Scalar<long>("SELECT count(*) FROM information_schema.columns WHERE table_name = 'outbox' AND column_name = 'note'"));
        Assert.Matches(
            "^Migration 9998_outbox_note.sql of .* waits for a lock that is held by process [0-9]+ \\(pg_dump, in a transaction for [0-9]+ s\\); it is retried every 4 s for up to 300 s\\.$",
            _log.All[0]);
        Assert.StartsWith("Applied migration 9998_outbox_note.sql to ", Assert.Single(_log.All[1..]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_gets_no_lock_in_time_names_the_holder_and_changes_nothing()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await using var backup = await Hold(database.ConnectionString, HeldLock, "pg_dump");

        var failure = await Assert.ThrowsAsync<MigrationException>(
            () => DatabaseMigrations.Apply(database.ConnectionString, _log, [AddColumn], scriptTimeout: TimeSpan.FromSeconds(1)));

        Assert.Matches("^Migration 9998_outbox_note.sql of .* failed: it did not get a lock within 1 s; the lock is held by process [0-9]+ \\(pg_dump, in a transaction for [0-9]+ s\\)\\.$", failure.Message);
        Assert.Equal(0, await database.Value<long>("SELECT count(*) FROM schema_migrations WHERE scriptname = $1", AddColumn.Name));
        Assert.Equal(0, await database.Value<long>("SELECT count(*) FROM information_schema.columns WHERE table_name = 'outbox' AND column_name = 'note'"));
        Assert.Equal(0, await database.Value<long>("SELECT count(*) FROM information_schema.tables WHERE table_name = 'notes'"));
    }

    [Fact]
    public async Task A_concurrent_index_replaces_an_invalid_one_while_rows_are_written_and_another_silo_starts()
    {
        await using var database = await PostgresServer.Shared.CreateEmptyDatabase();
        await database.Execute("CREATE TABLE things (id integer); INSERT INTO things VALUES (1), (1)");
        await Assert.ThrowsAsync<PostgresException>(() => database.Execute("CREATE UNIQUE INDEX CONCURRENTLY things_by_id ON things (id)"));
        SqlScript script = new("0001_things.concurrent.sql", "-- A comment.\nCREATE INDEX CONCURRENTLY IF NOT EXISTS things_by_id ON things (id);\n");
        await using var writer = await Hold(database.ConnectionString, "BEGIN; INSERT INTO things VALUES (2)", "writer");

        var migrating = DatabaseMigrations.Apply(database.ConnectionString, _log, [script]);
        await Eventually.Get(
            "the index to be waited for",
            () => database.Value<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event = 'virtualxid'"),
            waiting => waiting == 1);
        await database.Execute("INSERT INTO things VALUES (3)");
        var waiting = DatabaseMigrations.Apply(database.ConnectionString, _log, [script]);
        await Eventually.Get(
            "another silo to ask for the migration lock",
            () => database.Value<long>(
                "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = $1 AND query LIKE '%advisory_lock%'", DatabaseMigrations.ApplicationName),
            asked => asked == 1);
        Assert.False(migrating.IsCompleted);
        await writer.DisposeAsync();
        await Task.WhenAll(migrating, waiting).WaitAsync(TimeSpan.FromMinutes(2));

        Assert.True(await database.Value<bool>("SELECT indisvalid AND NOT indisunique FROM pg_index WHERE indexrelid = 'things_by_id'::regclass"));
        Assert.Equal([script.Name], await database.Column<string>("SELECT scriptname FROM schema_migrations"));
    }

    [Theory]
    [InlineData("CREATE INDEX IF NOT EXISTS things_by_id ON things (id)")]
    [InlineData("CREATE INDEX CONCURRENTLY things_by_id ON things (id)")]
    [InlineData("CREATE INDEX CONCURRENTLY IF NOT EXISTS things_by_id ON things (id); DROP TABLE things")]
    public async Task A_concurrent_script_with_another_statement_is_refused(string sql)
    {
        await using var database = await PostgresServer.Shared.CreateEmptyDatabase();
        SqlScript script = new("0001_things.concurrent.sql", sql);

        var refusal = await Assert.ThrowsAsync<InvalidOperationException>(() => DatabaseMigrations.Apply(database.ConnectionString, _log, [script]));

        Assert.Equal("0001_things.concurrent.sql must be one statement: CREATE INDEX CONCURRENTLY IF NOT EXISTS name ON …", refusal.Message);
    }

    /// <summary>The tables of the scripts up to 0008 were empty, or nearly, when those ran.</summary>
    [Fact]
    public void No_later_script_creates_an_index_of_an_older_table_under_a_lock() => Assert.All(
        DatabaseMigrations.Scripts.Where(script => string.CompareOrdinal(script.Name, "0009") > 0 && !script.Name.EndsWith(".concurrent.sql", StringComparison.Ordinal)),
        script => Assert.All(IndexedTable().Matches(script.Contents), index => Assert.Contains($"CREATE TABLE {index.Groups["table"].Value} (", script.Contents, StringComparison.Ordinal)));

    [GeneratedRegex(@"CREATE\s+(UNIQUE\s+)?INDEX\s.*?\sON\s+(?<table>\w+)", RegexOptions.IgnoreCase)]
    private static partial Regex IndexedTable();

    private static async Task<NpgsqlConnection> Hold(string connectionString, string sql, string name)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, ApplicationName = name };
        var connection = new NpgsqlConnection(settings.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private sealed class Lines : ILogger
    {
        private readonly ConcurrentQueue<string> _lines = [];

        public string[] All => [.. _lines];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            _lines.Enqueue(formatter(state, exception));
    }
}
