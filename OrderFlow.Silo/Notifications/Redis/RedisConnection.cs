using System.Net;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>
/// The one connection of this process to Redis. Connects on first use, and reconnects by itself. While Redis is unavailable, a call fails at once or after
/// <see cref="CommandTimeout"/> and is not queued; the caller may retry it.
/// </summary>
internal sealed partial class RedisConnection(IOptions<RedisOptions> options, ILogger<RedisConnection> log) : IAsyncDisposable
{
    private static readonly TimeSpan CommandTimeout = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan ConnectTimeout = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MinReconnectDelay = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan MaxReconnectDelay = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private readonly Outage _outage = new();
    private Task<ConnectionMultiplexer>? _connected;
    private bool _disposed;

    /// <summary>The database to send commands to, whether Redis is available or not.</summary>
    /// <exception cref="RedisConnectionException">Redis cannot be reached, and never was.</exception>
    public async Task<IDatabase> GetDatabase()
    {
        Task<ConnectionMultiplexer> connected;
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connected is null or { IsFaulted: true }) _connected = Connect();
            connected = _connected;
        }

        return (await connected).GetDatabase();
    }

    /// <summary>Reads the durability settings of the server that holds the key.</summary>
    public async Task<RedisDurability> GetDurability(RedisKey key)
    {
        var database = await GetDatabase();
        var server = database.Multiplexer.GetServer(await database.IdentifyEndpointAsync(key) ?? throw new RedisException("no server holds the queue"));
        return new(
            await ReadSetting(server, "maxmemory_policy:", "INFO", "memory"),
            await ReadSetting(server, "aof_enabled:", "INFO", "persistence") is { } enabled ? enabled == "1" : null,
            await ReadSetting(server, "appendfsync", "CONFIG", "GET", "appendfsync"));
    }

    /// <summary>Replaces the connection, which resolves the server's name again. Running calls end on the old one.</summary>
    public async Task Reconnect()
    {
        var next = Connect();
        await next;
        Task<ConnectionMultiplexer>? old;
        lock (_lock)
        {
            (old, _connected) = _disposed ? (next, _connected) : (_connected, next);
        }

        if (old is not null) DisposeLater(old).Ignore();
    }

    public async ValueTask DisposeAsync()
    {
        lock (_lock) _disposed = true;   // from here on, the connection is not replaced
        if (_connected is not { } connected) return;
        await connected.ContinueWith(_ => { }, TaskScheduler.Default);
        if (connected.IsCompletedSuccessfully) await (await connected).DisposeAsync();
    }

    private async Task<ConnectionMultiplexer> Connect()
    {
        var settings = ConfigurationOptions.Parse(options.Value.ConnectionString);
        settings.ClientName = "orderflow";
        settings.AbortOnConnectFail = false;
        settings.AllowAdmin = true;   // the driver requires it for INFO and CONFIG GET
        settings.BacklogPolicy = BacklogPolicy.FailFast;
        settings.IncludeDetailInExceptions = false;   // pages of counters, which would reach the callers
        settings.ConnectTimeout = (int)ConnectTimeout.TotalMilliseconds;
        settings.SyncTimeout = settings.AsyncTimeout = (int)CommandTimeout.TotalMilliseconds;
        settings.ReconnectRetryPolicy = new ExponentialRetry((int)MinReconnectDelay.TotalMilliseconds, (int)MaxReconnectDelay.TotalMilliseconds);

        var multiplexer = await ConnectionMultiplexer.ConnectAsync(settings);
        multiplexer.ConnectionFailed += (_, failed) => OnConnectionFailed(multiplexer, failed);
        multiplexer.ConnectionRestored += (_, restored) => OnConnectionRestored(multiplexer, restored).Ignore();
        if (!multiplexer.IsConnected && _outage.Begin()) LogUnavailable();
        return multiplexer;
    }

    private static async Task DisposeLater(Task<ConnectionMultiplexer> old)
    {
        await Task.Delay(CommandTimeout);
        await (await old).DisposeAsync();
    }

    /// <summary>Reads the setting of this name from the command's answer; null where the server refuses the command, as managed ones do.</summary>
    private static async Task<string?> ReadSetting(IServer server, string name, string command, params object[] arguments)
    {
        try
        {
            var answer = await server.ExecuteAsync(command, arguments);
            if (answer.Resp2Type == ResultType.Array) return answer.Length == 2 ? (string?)answer[1] : null;
            return ((string)answer!).Split("\r\n").FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal))?[name.Length..];
        }
        catch (Exception error) when (error is RedisServerException or RedisCommandException)
        {
            return null;
        }
    }

    private bool IsCurrent(ConnectionMultiplexer multiplexer)
    {
        lock (_lock) return _connected is not { IsCompletedSuccessfully: true } || _connected.Result == multiplexer;
    }

    private void OnConnectionFailed(ConnectionMultiplexer multiplexer, ConnectionFailedEventArgs failed)
    {
        if (IsForCommands(failed) && IsCurrent(multiplexer) && _outage.Begin()) LogFailed(failed.EndPoint, failed.FailureType);
    }

    /// <summary>While Redis loads its data it accepts connections and closes them again, so the outage ends only with an answer.</summary>
    private async Task OnConnectionRestored(ConnectionMultiplexer multiplexer, ConnectionFailedEventArgs restored)
    {
        if (!IsForCommands(restored) || !IsCurrent(multiplexer)) return;

        await multiplexer.GetDatabase().PingAsync();
        if (_outage.End()) LogRestored(restored.EndPoint);
    }

    // The driver has a second connection for subscriptions, which fails and is restored together with the first.
    private static bool IsForCommands(ConnectionFailedEventArgs change) => change.ConnectionType == ConnectionType.Interactive;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection to Redis at {EndPoint} failed ({Failure}); reconnecting until it answers")]
    private partial void LogFailed(EndPoint? endPoint, ConnectionFailureType failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "The connection to Redis at {EndPoint} is restored")]
    private partial void LogRestored(EndPoint? endPoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis does not answer; reconnecting until it does")]
    private partial void LogUnavailable();
}
