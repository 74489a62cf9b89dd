using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderFlow.Silo.Postgres.Migrations;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>A database that cannot store every name, or could silently lose data, is refused at start.</summary>
public sealed class ServerRequirements
{
    [Theory]
    [InlineData("LATIN1")]
    [InlineData("SQL_ASCII")]
    public async Task A_database_that_is_not_UTF8_is_refused_before_anything_is_created_in_it(string encoding)
    {
        await using var beside = await PostgresServer.Shared.CreateEmptyDatabase();
        var other = new NpgsqlConnectionStringBuilder(beside.ConnectionString) { Database = $"encoded_{encoding.ToLowerInvariant()}", Pooling = false };
        await beside.Execute($"CREATE DATABASE {other.Database} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0");
        try
        {
            var refusal = await Assert.ThrowsAsync<MigrationException>(() => DatabaseMigrations.Apply(other.ConnectionString, NullLogger.Instance));

            Assert.Equal(
                $"The encoding of the database 127.0.0.1:{other.Port}/{other.Database} is {encoding}, which cannot store every user and product; it must be UTF8. " +
                "Create another one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0 and restore a dump of this one into it.",
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

    /// <summary>The servers of these tests run with such settings.</summary>
    [Fact]
    public async Task A_server_that_may_lose_committed_data_is_refused_unless_that_is_allowed()
    {
        await using var database = await PostgresServer.Shared.CreateEmptyDatabase();
        var log = new RecoveryJobFixture(TimeProvider.System);

        var refusal = await Assert.ThrowsAsync<MigrationException>(
            () => DatabaseMigrations.Apply(database.ConnectionString, log, checkServer: connection => DatabaseRequirements.RequireDurability(connection, allowDataLoss: false, log)));
        Assert.Equal(
            "Postgres may lose committed orders, because it runs with fsync = off, full_page_writes = off, synchronous_commit = off. Restore the defaults, " +
            "or set Postgres__AllowDataLoss=true where data may be lost.",
            refusal.Message);
        Assert.Empty(log.LogLines);
        Assert.Equal(0, await database.Value<long>("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"));

        await DatabaseMigrations.Apply(database.ConnectionString, log, scripts: [], checkServer: connection => DatabaseRequirements.RequireDurability(connection, allowDataLoss: true, log));
        Assert.Equal(
            ["Warning: Postgres may lose committed orders, because it runs with fsync = off, full_page_writes = off, synchronous_commit = off; Postgres__AllowDataLoss allows this for development only."],
            log.LogLines);
    }
}
