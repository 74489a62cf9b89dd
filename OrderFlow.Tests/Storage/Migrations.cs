using System.Collections.Concurrent;
using DbUp.Engine;
using Microsoft.Extensions.Logging;
using Npgsql;
using OrderFlow.Silo.Postgres.Migrations;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

public sealed class Migrations
{
    private readonly RecordedLines _log = new();

    [Fact]
    public async Task Ten_silos_that_start_concurrently_apply_each_script_once()
    {
        await using var database = await PostgresServer.Shared.CreateEmptyDatabase();

        await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => DatabaseMigrations.Apply(database.ConnectionString, _log)));

        var names = DatabaseMigrations.Scripts.Select(script => script.Name).ToList();
        Assert.Equal(names, await Journal(database));
        Assert.Equal(names.Select(name => $"Applied migration {name} to {Where(database)}."), _log.Lines);
    }

    [Fact]
    public async Task Scripts_have_unique_numbers_and_are_applied_in_that_order()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();

        var applied = await Journal(database);

        Assert.All(applied, name => Assert.Matches("^[0-9]{4}_[a-z_]+(\\.(concurrent|batches))?\\.sql$", name));
        Assert.Distinct(applied.Select(name => name[..4]));
        Assert.Equal(applied.Order(StringComparer.Ordinal), applied);
        Assert.Equal("0001_orders_and_stock.sql", applied[0]);
    }

    [Fact]
    public async Task A_database_that_is_up_to_date_is_not_changed()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        const string Journal = "SELECT scriptname || ' at ' || applied FROM schema_migrations ORDER BY schemaversionsid";
        var before = await database.Column<string>(Journal);

        await DatabaseMigrations.Apply(database.ConnectionString, _log);

        Assert.Equal(before, await database.Column<string>(Journal));
        Assert.Empty(_log.Lines);
    }

    [Fact]
    public async Task A_failed_script_is_rolled_back_and_applied_once_it_is_fixed()
    {
        await using var database = await PostgresServer.Shared.CreateEmptyDatabase();
        SqlScript first = new("0001_first.sql", "CREATE TABLE first (id integer)");
        SqlScript broken = new("0002_second.sql", "CREATE TABLE second (id integer); INSERT INTO first VALUES (1); SELECT 1 / 0;");
        SqlScript repaired = new("0002_second.sql", "CREATE TABLE second (id integer); INSERT INTO first VALUES (2);");
        SqlScript third = new("0003_third.sql", "CREATE TABLE third (id integer)");

        var failure = await Assert.ThrowsAsync<MigrationException>(() => DatabaseMigrations.Apply(database.ConnectionString, _log, [first, broken, third]));

        Assert.Equal($"Migration 0002_second.sql of {Where(database)} failed: 22012: division by zero", failure.Message);
        Assert.Equal(["0001_first.sql"], await Journal(database));
        Assert.Equal(["first", "schema_migrations"], await Tables(database));
        Assert.Equal(0, await database.Value<long>("SELECT count(*) FROM first"));

        await DatabaseMigrations.Apply(database.ConnectionString, _log, [first, repaired, third]);

        Assert.Equal(["0001_first.sql", "0002_second.sql", "0003_third.sql"], await Journal(database));
        Assert.Equal(["first", "schema_migrations", "second", "third"], await Tables(database));
        Assert.Equal([2], await database.Column<int>("SELECT id FROM first"));
    }

    [Fact]
    public async Task A_script_that_blocks_no_writes_takes_as_long_as_it_needs_and_no_other_does()
    {
        await using var database = await PostgresServer.Shared.CreateEmptyDatabase();
        var commandTimeout = TimeSpan.FromSeconds(1);
        SqlScript filling = new("0001_filling.batches.sql", "DO $body$ BEGIN PERFORM pg_sleep(1.5); COMMIT; END $body$");
        SqlScript indexing = new("0002_indexing.concurrent.sql", "CREATE INDEX CONCURRENTLY IF NOT EXISTS slowly ON filled ((slow(id)))");
        SqlScript slow = new("0003_slow.sql", "SELECT pg_sleep(60)");
        await database.Execute("""
            CREATE TABLE filled (id integer);
            INSERT INTO filled VALUES (1);
            CREATE FUNCTION slow(id integer) RETURNS integer LANGUAGE plpgsql IMMUTABLE AS 'BEGIN PERFORM pg_sleep(1.5); RETURN id; END'
            """);

        var failure = await Assert.ThrowsAsync<MigrationException>(
            () => DatabaseMigrations.Apply(database.ConnectionString, _log, [filling, indexing, slow], commandTimeout: commandTimeout));

        Assert.StartsWith($"Migration 0003_slow.sql of {Where(database)} failed: ", failure.Message, StringComparison.Ordinal);
        Assert.Equal(["0001_filling.batches.sql", "0002_indexing.concurrent.sql"], await Journal(database));
    }

    [Fact]
    public async Task Text_between_dollar_signs_reaches_Postgres_unchanged()
    {
        await using var database = await PostgresServer.Shared.CreateEmptyDatabase();
        SqlScript script = new("0001_function.sql", "CREATE FUNCTION price() RETURNS text LANGUAGE sql AS $body$ SELECT $$5 $schema$; '$x$'$$ $body$;");

        await DatabaseMigrations.Apply(database.ConnectionString, _log, [script]);

        Assert.Equal("5 $schema$; '$x$'", await database.Value<string>("SELECT price()"));
    }

    [Fact]
    public async Task A_silo_waits_while_another_one_migrates()
    {
        await using var database = await PostgresServer.Shared.CreateEmptyDatabase();
        await using var other = await TakeMigrationLock(database);
        const string Waiting = $"""
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND application_name = '{DatabaseMigrations.ApplicationName}' AND query LIKE '%advisory_lock%'
            """;

        var migrating = DatabaseMigrations.Apply(database.ConnectionString, _log);
        await Eventually.Get("a silo to wait for the lock", () => database.Value<long>(Waiting), waiting => waiting == 1);
        Assert.Empty(await Tables(database));
        Assert.False(migrating.IsCompleted);

        await other.CloseAsync();
        await migrating;
        Assert.Equal(DatabaseMigrations.Scripts.Count, (await Journal(database)).Count);
    }

    [Fact]
    public async Task A_silo_that_waits_too_long_for_another_one_fails_and_names_the_lock()
    {
        await using var database = await PostgresServer.Shared.CreateEmptyDatabase();
        await using var other = await TakeMigrationLock(database);

        var failure = await Assert.ThrowsAsync<MigrationException>(
            () => DatabaseMigrations.Apply(database.ConnectionString, _log, lockTimeout: TimeSpan.FromMilliseconds(100)));

        Assert.Equal(
            $"Another silo has been migrating the database {Where(database)} for over 0.1 s: its session holds the advisory lock 5724748463213014135 (see pg_locks).",
            failure.Message);
        Assert.Empty(await Tables(database));
    }

    [Fact]
    public async Task A_silo_waits_for_a_Postgres_that_is_still_starting()
    {
        await using var server = new PostgresServer();
        await using var database = await server.CreateEmptyDatabase();
        await server.Kill();

        var migrating = DatabaseMigrations.Apply(database.ConnectionString, _log);
        await Eventually.Get("the first attempt to fail", () => Task.FromResult(_log.Lines.Count), lines => lines == 1);
        await server.Start();
        await migrating;

        Assert.Equal(DatabaseMigrations.Scripts.Count, (await Journal(database)).Count);
        Assert.StartsWith($"Waiting up to 60 s for Postgres at {Where(database)}: ", _log.Lines.First(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_failure_to_connect_names_the_address_without_the_password()
    {
        const string Nowhere = "Host=127.0.0.1;Port=1;Username=orderflow;Password=hunter2;Database=orders";

        var failure = await Assert.ThrowsAsync<MigrationException>(() => DatabaseMigrations.Apply(Nowhere, _log, connectTimeout: TimeSpan.Zero));

        Assert.Equal("Cannot connect to Postgres at 127.0.0.1:1/orders, tried for 0 s: Failed to connect to 127.0.0.1:1", failure.Message);
        Assert.DoesNotContain("hunter2", failure.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silo_does_not_wait_for_a_database_that_does_not_exist()
    {
        await using var database = await PostgresServer.Shared.CreateEmptyDatabase();
        var missing = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Database = "missing" };

        var failure = await Assert.ThrowsAsync<MigrationException>(
            () => DatabaseMigrations.Apply(missing.ConnectionString, _log, connectTimeout: TimeSpan.FromDays(1)));

        Assert.Equal($"Cannot connect to Postgres at 127.0.0.1:{missing.Port}/missing: 3D000: database \"missing\" does not exist", failure.Message);
        Assert.Empty(_log.Lines);
    }

    private static Task<List<string>> Journal(PostgresDatabase database) =>
        database.Column<string>("SELECT scriptname FROM schema_migrations ORDER BY schemaversionsid");

    private static Task<List<string>> Tables(PostgresDatabase database) =>
        database.Column<string>("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename");

    private static string Where(PostgresDatabase database)
    {
        var settings = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        return $"{settings.Host}:{settings.Port}/{settings.Database}";
    }

    /// <summary>Holds the lock until the connection is closed; a pooled one would hold it for longer.</summary>
    private static async Task<NpgsqlConnection> TakeMigrationLock(PostgresDatabase database)
    {
        var unpooled = new NpgsqlConnectionStringBuilder(database.ConnectionString) { Pooling = false };
        var connection = new NpgsqlConnection(unpooled.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"SELECT pg_advisory_lock({DatabaseMigrations.LockKey})", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    private sealed class RecordedLines : ILogger
    {
        public ConcurrentQueue<string> Lines { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Lines.Enqueue(formatter(state, exception));
    }
}
