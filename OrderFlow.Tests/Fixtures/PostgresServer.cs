using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderFlow.Silo.Postgres.Migrations;

namespace OrderFlow.Tests.Fixtures;

/// <summary>
/// A Postgres for tests, started on first use, on a free port and in a directory of its own. It ends with the test process, however that ends.
/// Most tests use a database of <see cref="Shared"/>; a test that stops the server creates its own.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const string Template = "migrated_template";

    /// <summary>The size of each pool; many tests share the server's <c>max_connections</c>.</summary>
    private const int PoolSize = 20;

    /// <summary>Without durability, which tests do not need.</summary>
    private readonly PrivateServer _server =
        new("postgres.sh", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=512MB");

    private readonly Lazy<Task> _started;
    private readonly Lazy<Task> _template;
    private int _databases;

    public PostgresServer()
    {
        _started = new(_server.FirstStart);
        _template = new(CreateTemplate);
    }

    /// <summary>The server of the whole test run.</summary>
    public static PostgresServer Shared { get; } = new();

    /// <summary>Creates an empty database with the schema of this program.</summary>
    public async Task<PostgresDatabase> CreateDatabase()
    {
        await _template.Value;
        return await CreateDatabase(Template);
    }

    /// <summary>Creates a database without a schema.</summary>
    public async Task<PostgresDatabase> CreateEmptyDatabase()
    {
        await _started.Value;
        return await CreateDatabase("template0");
    }

    /// <summary>Restarts the server, which ends every connection, on the same port with its data.</summary>
    public async Task Restart()
    {
        AssertOwned();
        await _server.Run("stop", "fast");
        await Start();
    }

    /// <summary>Kills the server as a crash would; it stays down until <see cref="Start"/>.</summary>
    public async Task Kill()
    {
        AssertOwned();
        await _server.Run("kill");
    }

    /// <summary>Starts the server after <see cref="Kill"/>, on the same port with its data.</summary>
    public Task Start() => _server.Start();

    /// <summary>Ends every connection; the server stays up.</summary>
    public async Task CutConnections()
    {
        AssertOwned();
        await _server.Run("kill-backends", _server.PortText);
    }

    /// <summary>Stops the server and removes its data.</summary>
    public ValueTask DisposeAsync()
    {
        AssertOwned();
        return _server.DisposeAsync();
    }

    internal string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = IPAddress.Loopback.ToString(),
        Port = _server.Port,
        Username = "orderflow",
        Password = _server.Password,
        Database = database,
        MaxPoolSize = PoolSize,
        IncludeErrorDetail = true,
    }.ConnectionString;

    /// <summary>Drops a database of the shared server; others are removed with their server.</summary>
    internal Task Drop(string database) => this == Shared ? Administer($"DROP DATABASE {database} WITH (FORCE)") : Task.CompletedTask;

    private async Task CreateTemplate()
    {
        await _started.Value;
        await Administer($"CREATE DATABASE {Template}");
        await DatabaseMigrations.Apply(ConnectionString(Template), NullLogger.Instance);
    }

    private async Task<PostgresDatabase> CreateDatabase(string template)
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await Administer($"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy");  // without fsync twice as fast as wal_log
        return new PostgresDatabase(this, name);
    }

    private async Task Administer(string sql)
    {
        var unpooled = new NpgsqlConnectionStringBuilder(ConnectionString("postgres")) { Pooling = false };
        await using var connection = new NpgsqlConnection(unpooled.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private void AssertOwned()
    {
        if (this == Shared)
            throw new InvalidOperationException("The shared server must stay up: a test that stops its server creates its own, new PostgresServer().");
    }
}
