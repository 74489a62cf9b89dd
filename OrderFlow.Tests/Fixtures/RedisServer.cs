using StackExchange.Redis;

namespace OrderFlow.Tests.Fixtures;

/// <summary>
/// A private Redis for tests with the settings that infra/ ships, started on first use. It ends with the test process, however that ends.
/// Most tests use <see cref="Shared"/> with keys of their own; a test that stops the server creates its own.
/// </summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly PrivateServer _server;
    private readonly Lazy<Task> _started;

    /// <param name="settings">Settings in addition to those of infra/, such as <c>appendonly=no</c>.</param>
    public RedisServer(params string[] settings)
    {
        _server = new("redis.sh", settings);
        _started = new(_server.FirstStart);
    }

    /// <summary>The server of the whole test run.</summary>
    public static RedisServer Shared { get; } = new();

    /// <summary>Starts the server if necessary and returns its StackExchange.Redis configuration string.</summary>
    public async Task<string> ConnectionString()
    {
        await _started.Value;
        return new ConfigurationOptions
        {
            EndPoints = { { "127.0.0.1", _server.Port } },
            Password = _server.Password,
        }.ToString(includePassword: true);
    }

    /// <summary>Executes a command on a connection of its own.</summary>
    public async Task Execute(string command, params object[] arguments)
    {
        AssertOwned();
        await using var operations = await ConnectionMultiplexer.ConnectAsync($"{await ConnectionString()},allowAdmin=true");
        await operations.GetServers().Single().ExecuteAsync(command, arguments);
    }

    /// <summary>Kills the server, which stays down until <see cref="Start"/>.</summary>
    public async Task Kill()
    {
        AssertOwned();
        await _started.Value;
        await _server.Run("kill");
    }

    /// <summary>Starts the server again after <see cref="Kill"/>, with the same port and data.</summary>
    public Task Start() => _server.Start();

    /// <summary>Stops the server and removes its data.</summary>
    public ValueTask DisposeAsync()
    {
        AssertOwned();
        return _server.DisposeAsync();
    }

    private void AssertOwned()
    {
        if (this == Shared)
            throw new InvalidOperationException("the shared server must not be stopped or reconfigured; create one with new RedisServer()");
    }
}
