using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderFlow.Silo.Postgres;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>A database in which something cannot be stored, or may be lost without a word, is refused at start.</summary>
public sealed class Database_requirements
{
    [Theory]
    [InlineData("LATIN1")]
    [InlineData("SQL_ASCII")]
    public async Task A_database_that_is_not_UTF8_is_refused_before_anything_is_made_in_it(string encoding)
    {
        await using var beside = await PostgresServer.Shared.CreateEmptyDatabase();
        var other = new NpgsqlConnectionStringBuilder(beside.ConnectionString) { Database = $"encoded_{encoding.ToLowerInvariant()}", Pooling = false };
        await beside.Execute($"CREATE DATABASE {other.Database} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0");
        try
        {
            var refusal = await Assert.ThrowsAsync<MigrationException>(() => DatabaseMigrations.Apply(other.ConnectionString, NullLogger.Instance));

            Assert.Equal(
                $"the database 127.0.0.1:{other.Port}/{other.Database} has the encoding {encoding}, in which not every user and product can be stored; it must be UTF8: " +
                "make a new one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and restore a dump of this one into it",
                refusal.Message);
            await using var connection = new NpgsqlConnection(other.ConnectionString);
            await connection.OpenAsync();
            await using var tables = new NpgsqlCommand("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'", connection);
            Assert.Equal(0L, await tables.ExecuteScalarAsync());
        }
        finally
        {
            await beside.Execute($"DROP DATABASE {other.Database} WITH (FORCE)");
        }
    }

    /// <summary>The servers of tests are such: what they hold is theirs alone.</summary>
    [Fact]
    public async Task A_server_that_may_lose_what_it_has_committed_is_refused_unless_that_is_allowed()
    {
        await using var database = await PostgresServer.Shared.CreateEmptyDatabase();
        var log = new RecoveryJobFixture(TimeProvider.System);

        var refusal = await Assert.ThrowsAsync<MigrationException>(
            () => DatabaseMigrations.Apply(database.ConnectionString, log, require: connection => DatabaseRequirements.RequireDurability(connection, allowDataLoss: false, log)));
        Assert.Equal(
            "Postgres may lose orders that were answered: it runs with fsync = off, full_page_writes = off, synchronous_commit = off. Set that to what is the default, " +
            "or Postgres__AllowDataLoss=true where nothing may be lost that matters",
            refusal.Message);
        Assert.Empty(log.LogLines);
        Assert.Equal(0, await database.Value<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));

        await DatabaseMigrations.Apply(database.ConnectionString, log, scripts: [], require: connection => DatabaseRequirements.RequireDurability(connection, allowDataLoss: true, log));
        Assert.Equal(
            ["Warning: Postgres may lose orders that were answered, for it runs with fsync = off, full_page_writes = off, synchronous_commit = off, and Postgres__AllowDataLoss allows it: for development only"],
            log.LogLines);
    }
}
