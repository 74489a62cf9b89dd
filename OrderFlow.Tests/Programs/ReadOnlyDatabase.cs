using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OrderFlow.Health;
using OrderFlow.Silo.Postgres;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Telemetry;

namespace OrderFlow.Tests.Programs;

/// <summary>A database that answers reads but takes no writes: what health reports, and which sessions stay in the pools.</summary>
public sealed class ReadOnlyDatabase
{
    [Fact]
    public async Task Health_reports_it_and_orders_succeed_without_a_restart_once_it_is_writable()
    {
        await using var system = await WholeSystem.Start();
        await system.SetStock("sku", 1_000);
        using var anyone = system.Api.As(null);
        using var ofSilo = new HttpClient { BaseAddress = system.SiloUrl };
        using var alice = system.Api.As(Tokens.Alice);

        await SetReadOnly(system.Database, "= on");
        var orders = Enumerable.Range(0, 32).Select(_ => alice.Call("POST", "/orders", HttpApi.OrderOf("alice", ("sku", 1)).ToJsonString())).ToList();
        foreach (var address in new[] { "/health/ready", "/inventory/health" })
            await Eventually.Get($"{address} to report it", () => anyone.Call("GET", address), answer => answer.Status == HttpStatusCode.ServiceUnavailable);
        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, "The database takes no writes: 25006 cannot execute setval() in a read-only transaction"),
            await ReadinessOf(ofSilo, "postgres"));
        Assert.Contains("orderflow_health_up{otel_scope_name=\"OrderFlow.Health\",check=\"postgres\"} 0", await Eventually.Get(
            "the metrics of the silo to show it", () => ofSilo.GetStringAsync(new Uri("/metrics", UriKind.Relative)), text => text.Contains("check=\"postgres\"} 0", StringComparison.Ordinal)), StringComparison.Ordinal);

        await ResetReadOnly(system.Database);
        var answers = await Task.WhenAll(orders);
        Assert.All(answers, answer => Assert.Contains(answer.Status, new[] { HttpStatusCode.Created, HttpStatusCode.ServiceUnavailable }));
        foreach (var address in new[] { "/health/ready", "/inventory/health" })
            await Eventually.Get($"{address} to be healthy again", () => anyone.Call("GET", address), answer => answer.Status == HttpStatusCode.OK);
        foreach (var _ in Enumerable.Range(0, 32)) Assert.Equal("reserved", (string?)(await alice.Settled(await alice.Place("alice", ("sku", 1))))["status"]);
    }

    [Fact]
    public async Task A_session_that_refuses_a_write_as_read_only_is_not_used_again()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        var ofProviders = new NpgsqlConnectionStringBuilder(database.ConnectionString) { ApplicationName = "providers", MaxPoolSize = 1 }.ConnectionString;
        await using var source = NpgsqlDataSource.Create(ofProviders);
        await using var admin = NpgsqlDataSource.Create(database.ConnectionString);
        var pooled = new ConnectionPoolReset([source], TimeProvider.System, NullLogger<ConnectionPoolReset>.Instance);
        await pooled.StartAsync(CancellationToken.None);

        await SetReadOnly(admin, "= on");
        Assert.False(await Writes(() => source.OpenConnectionAsync()));
        Assert.False(await Writes(() => Open(ofProviders)));
        await ResetReadOnly(admin);

        await Eventually.Get("a data source to have other sessions", () => Writes(() => source.OpenConnectionAsync()), writes => writes);
        await Eventually.Get("a connection string to have other sessions", () => Writes(() => Open(ofProviders)), writes => writes);
        await pooled.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_hundred_concurrent_refusals_clear_the_pools_once()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await using var source = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(database.ConnectionString) { MaxPoolSize = 1 }.ConnectionString);
        var time = new FakeTimeProvider();
        var pooled = new ConnectionPoolReset([source], time, NullLogger<ConnectionPoolReset>.Instance);
        await pooled.StartAsync(CancellationToken.None);
        var first = await Session(source);

        Assert.False(await WritesReadOnly(source));
        var second = await Eventually.Get("another session", () => Session(source), session => session != first);
        foreach (var _ in Enumerable.Range(0, 100)) Assert.False(await WritesReadOnly(source));
        Assert.Equal(second, await Session(source));

        time.Advance(ConnectionPoolReset.MinInterval);
        Assert.False(await WritesReadOnly(source));
        await Eventually.Get("another session", () => Session(source), session => session != second);
        await pooled.StopAsync(CancellationToken.None);
    }

    /// <summary>A missing synchronous standby stalls commits as a stalled disk does, while reads and rollbacks still succeed.</summary>
    [Fact]
    public async Task Health_reports_a_commit_that_stalls()
    {
        await using var server = new PostgresServer();
        await using var cluster = await OrderFlowCluster.Start(silos: 1, server);
        var database = cluster.SiloServices.GetService(typeof(IDatabaseHealth)) as IDatabaseHealth;
        await Eventually.Get("the first write", () => Task.FromResult(database!.WriteError), error => error is null);
        await Execute(cluster.Database, $"ALTER DATABASE {await NameOf(cluster.Database)} SET synchronous_commit = on");

        await Execute(cluster.Database, "ALTER SYSTEM SET synchronous_standby_names = 'nobody'");
        await Execute(cluster.Database, "SELECT pg_reload_conf()");
        await Eventually.Get("the write to stall", () => Task.FromResult(database!.WriteError), error => error == "The database did not commit a write within 3 s");

        await Execute(cluster.Database, "ALTER SYSTEM RESET synchronous_standby_names");
        await Execute(cluster.Database, "SELECT pg_reload_conf()");
        await Eventually.Get("writes to succeed again", () => Task.FromResult(database!.WriteError), error => error is null);
    }

    private static async Task SetReadOnly(NpgsqlDataSource database, string value)
    {
        await Execute(database, $"ALTER DATABASE {await NameOf(database)} SET default_transaction_read_only {value}");
        await Execute(database, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()");
    }

    /// <summary>Keeps all sessions: the test is about those that were opened meanwhile.</summary>
    private static async Task ResetReadOnly(NpgsqlDataSource database) =>
        await Execute(database, $"SET default_transaction_read_only = off; ALTER DATABASE {await NameOf(database)} RESET default_transaction_read_only");

    private static async Task<string> NameOf(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT current_database()");
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static async Task Execute(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<(HttpStatusCode Status, string? Reason)> ReadinessOf(HttpClient silo, string check)
    {
        using var answer = await silo.GetAsync(new Uri("/health/ready", UriKind.Relative));
        var body = System.Text.Json.Nodes.JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return (answer.StatusCode, (string?)body["checks"]![check]);
    }

    private static async ValueTask<NpgsqlConnection> Open(string connectionString)
    {
        var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        return connection;
    }

    private static async Task<int> Session(NpgsqlDataSource database)
    {
        await using var command = database.CreateCommand("SELECT pg_backend_pid()");
        return (int)(await command.ExecuteScalarAsync())!;
    }

    private static async Task<bool> Writes(Func<ValueTask<NpgsqlConnection>> open)
    {
        await using var connection = await open();
        return await Writes(connection, "SELECT setval('write_probe', 1)");
    }

    private static async Task<bool> WritesReadOnly(NpgsqlDataSource database)
    {
        await using var connection = await database.OpenConnectionAsync();
        return await Writes(connection, "BEGIN READ ONLY; SELECT setval('write_probe', 1)");
    }

    private static async Task<bool> Writes(NpgsqlConnection connection, string sql)
    {
        try
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
            return true;
        }
        catch (PostgresException error) when (error.SqlState == PostgresErrorCodes.ReadOnlySqlTransaction)
        {
            return false;
        }
    }
}
