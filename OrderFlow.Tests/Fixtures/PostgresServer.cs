using System.Diagnostics;
using System.Globalization;
using System.Net;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using OrderFlow.Silo.Postgres;

namespace OrderFlow.Tests.Fixtures;

/// <summary>
/// A private Postgres for tests, started when it is first used, on a free port and in a directory of its own.
/// It ends with the test process, however that ends. Most tests take a database of <see cref="Shared"/>;
/// a test that takes the server down makes one of its own: <c>await using var server = new PostgresServer()</c>.
/// </summary>
internal sealed class PostgresServer : IAsyncDisposable
{
    private const int PortAttempts = 5;

    /// <summary>Ports are drawn below the range that the kernel takes outgoing connections from, so that none of them can hold ours across a restart.</summary>
    private const int FirstPort = 20_000;

    private const int FirstEphemeralPort = 32_768;
    private const string Template = "migrated_template";

    private const string MemoryDisk = "/dev/shm";
    private const long MemoryDiskBytes = 4L << 30;

    /// <summary>For each pool; many tests share the server's <c>max_connections</c>.</summary>
    private const int PoolSize = 20;

    /// <summary>No test loses its data to a power cut.</summary>
    private static readonly string[] Settings = ["fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_wal_size=512MB"];

    private static readonly string Script = Path.Combine(Repository.Root, "infra", "lib", "postgres.sh");

    private readonly string _directory = Path.Combine(DataRoot(), $"orderflow-tests-{Guid.NewGuid():N}"[..24]);
    private readonly Lazy<Task> _started;
    private readonly Lazy<Task> _template;
    private Process? _lifeline;
    private string? _password;
    private int _port;
    private int _databases;

    public PostgresServer()
    {
        _started = new(FirstStart);
        _template = new(CreateTemplate);
    }

    /// <summary>The server of the whole test run.</summary>
    public static PostgresServer Shared { get; } = new();

    /// <summary>A fresh database with the schema of this program and nothing in it.</summary>
    public async Task<PostgresDatabase> CreateDatabase()
    {
        await _template.Value;
        return await CreateDatabase(Template);
    }

    /// <summary>A fresh database without any schema.</summary>
    public async Task<PostgresDatabase> CreateEmptyDatabase()
    {
        await _started.Value;
        return await CreateDatabase("template0");
    }

    /// <summary>Stops the server, which ends every connection, and starts it again on the same port with its data.</summary>
    public async Task Restart()
    {
        AssertOwned();
        await RunScript("stop", _directory, "fast");
        await Start();
    }

    /// <summary>Ends the server as a crash would. It stays down until <see cref="Start"/>.</summary>
    public async Task Kill()
    {
        AssertOwned();
        await RunScript("kill", _directory);
    }

    /// <summary>Starts the server again after <see cref="Kill"/>, on the same port with its data.</summary>
    public Task Start() => RunScript(["start", _directory, Port, .. Settings]);

    /// <summary>Ends every connection; the server stays up.</summary>
    public async Task CutConnections()
    {
        AssertOwned();
        await RunScript("kill-backends", _directory, Port);
    }

    /// <summary>Stops the server and removes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        AssertOwned();
        if (_lifeline is not { } lifeline)
            return;
        _lifeline = null;
        await RunScript("remove", _directory);
        lifeline.Dispose();
    }

    internal string ConnectionString(string database) => new NpgsqlConnectionStringBuilder
    {
        Host = IPAddress.Loopback.ToString(),
        Port = _port,
        Username = "orderflow",
        Password = _password,
        Database = database,
        MaxPoolSize = PoolSize,
        IncludeErrorDetail = true,
    }.ConnectionString;

    /// <summary>Drops a database of the shared server; one of a test's own server goes with the server.</summary>
    internal Task Drop(string database) => this == Shared ? Administer($"DROP DATABASE {database} WITH (FORCE)") : Task.CompletedTask;

    /// <summary>A disk in memory makes a database in a tenth of the time; it must be large, for what is on it is taken from the tests' own memory.</summary>
    private static string DataRoot() =>
        Directory.Exists(MemoryDisk) && new DriveInfo(MemoryDisk).AvailableFreeSpace >= MemoryDiskBytes ? MemoryDisk : Path.GetTempPath();

    private string Port => _port.ToString(CultureInfo.InvariantCulture);

    private async Task FirstStart()
    {
        _lifeline = HoldLifeline();
        for (var attempt = 1; ; attempt++)
        {
            _port = Random.Shared.Next(FirstPort, FirstEphemeralPort);
            try
            {
                await Start();
                _password = await File.ReadAllTextAsync(Path.Combine(_directory, "password"));
                return;
            }
            catch (InvalidOperationException) when (attempt < PortAttempts)
            {
                // Most likely somebody has that port: draw another.
            }
        }
    }

    private async Task CreateTemplate()
    {
        await _started.Value;
        await Administer($"CREATE DATABASE {Template}");
        await DatabaseMigrations.Apply(ConnectionString(Template), NullLogger.Instance);
    }

    private async Task<PostgresDatabase> CreateDatabase(string template)
    {
        var name = $"test_{Interlocked.Increment(ref _databases)}";
        await Administer($"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy");  // without fsync less than half the time of wal_log
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

    /// <summary>
    /// A process apart that waits for the end of its input, which comes when this process closes it or ends in whatever way,
    /// and then stops the server and removes its directory.
    /// </summary>
    private Process HoldLifeline() => Process.Start(new ProcessStartInfo(
        "setsid",
        ["--fork", "bash", "-c", "exec >/dev/null 2>&1; cat; bash \"$1\" remove \"$2\"", "lifeline", Script, _directory])
    {
        RedirectStandardInput = true,
    })!;

    private static async Task RunScript(params string[] arguments)
    {
        using var script = Process.Start(new ProcessStartInfo("bash", [Script, .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = script.StandardOutput.ReadToEndAsync();
        var errors = script.StandardError.ReadToEndAsync();
        await script.WaitForExitAsync();
        if (script.ExitCode != 0)
        {
            throw new InvalidOperationException(
                $"infra/lib/postgres.sh {arguments[0]} ended with {script.ExitCode}: {await errors}{await output}" +
                "(if its programs are missing: bash infra/test.sh installs PostgreSQL)");
        }
    }

    private void AssertOwned()
    {
        if (this == Shared)
            throw new InvalidOperationException("the shared server stays up: a test that takes its server down makes its own, new PostgresServer()");
    }
}
