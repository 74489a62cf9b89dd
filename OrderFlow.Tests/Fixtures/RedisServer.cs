using StackExchange.Redis;

namespace OrderFlow.Tests.Fixtures;

/// <summary>
/// A private Redis for tests, started when it is first asked for, with the settings that infra/ ships.
/// It ends with the test process, however that ends. Most tests use <see cref="Shared"/>, with keys of their own;
/// a test that takes the server down makes one of its own: <c>await using var server = new RedisServer()</c>.
/// </summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly PrivateServer _server;
    private readonly Lazy<Task> _started;

    /// <param name="settings">What it is told beyond what infra/ ships, such as <c>appendonly=no</c>.</param>
    public RedisServer(params string[] settings)
    {
        _server = new("redis.sh", settings);
        _started = new(_server.FirstStart);
    }

    /// <summary>The server of the whole test run.</summary>
    public static RedisServer Shared { get; } = new();

    /// <summary>A StackExchange.Redis configuration string; the server is up when it is given out for the first time.</summary>
    public async Task<string> ConnectionString()
    {
        await _started.Value;
        return new ConfigurationOptions
        {
            EndPoints = { { "127.0.0.1", _server.Port } },
            Password = _server.Password,
        }.ToString(includePassword: true);
    }

    /// <summary>Has the server run a command, on a connection of its own.</summary>
    public async Task Execute(string command, params object[] arguments)
    {
        AssertOwned();
        await using var operations = await ConnectionMultiplexer.ConnectAsync($"{await ConnectionString()},allowAdmin=true");
        await operations.GetServers().Single().ExecuteAsync(command, arguments);
    }

    /// <summary>Ends the server as a crash would. It stays down until <see cref="Start"/>.</summary>
    public async Task Kill()
    {
        AssertOwned();
        await _started.Value;
        await _server.Run("kill");
    }

    /// <summary>Starts the server again after <see cref="Kill"/>, on the same port with its data.</summary>
    public Task Start() => _server.Start();

    /// <summary>Ends the server and removes its data.</summary>
    public ValueTask DisposeAsync()
    {
        AssertOwned();
        return _server.DisposeAsync();
    }

    private void AssertOwned()
    {
        if (this == Shared)
            throw new InvalidOperationException("the shared server stays up: a test that takes its server down makes its own, new RedisServer()");
    }
}
