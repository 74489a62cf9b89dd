using System.Net;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>
/// The silo's one connection to Redis. It is made when first asked for and comes back by itself; while Redis is away a call fails at once or after
/// <see cref="Patience"/>, and none is kept for later: whoever called may call again.
/// </summary>
internal sealed partial class RedisConnection(IOptions<RedisOptions> options, ILogger<RedisConnection> log) : IAsyncDisposable
{
    /// <summary>How long a call waits for its answer.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    private static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan FirstReconnect = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestReconnect = TimeSpan.FromSeconds(5);

    private readonly Lock _gate = new();
    private Task<ConnectionMultiplexer>? _connected;
    private bool _isAway;
    private bool _disposed;

    /// <summary>The database to send commands to, whether Redis answers or not.</summary>
    /// <exception cref="RedisConnectionException">Redis cannot be reached, and never could be.</exception>
    public async Task<IDatabase> GetDatabase()
    {
        Task<ConnectionMultiplexer> connected;
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_connected is null or { IsFaulted: true }) _connected = Connect();
            connected = _connected;
        }

        return (await connected).GetDatabase();
    }

    /// <summary>How the server that holds the key keeps its data.</summary>
    public async Task<RedisDurability> GetDurability(RedisKey key)
    {
        var database = await GetDatabase();
        var server = database.Multiplexer.GetServer(await database.IdentifyEndpointAsync(key) ?? throw new RedisException("no server holds the queue"));
        return new(
            await Tells(server, "maxmemory_policy:", "INFO", "memory"),
            await Tells(server, "aof_enabled:", "INFO", "persistence") is { } enabled ? enabled == "1" : null,
            await Tells(server, "appendfsync", "CONFIG", "GET", "appendfsync"));
    }

    /// <summary>
    /// Connects anew, which looks up the server's name again. Calls that are under way end on the connection they began on.
    /// </summary>
    public async Task Reconnect()
    {
        var next = Connect();
        await next;
        Task<ConnectionMultiplexer>? old;
        lock (_gate)
        {
            (old, _connected) = _disposed ? (next, _connected) : (_connected, next);
        }

        if (old is not null) Retire(old).Ignore();
    }

    public async ValueTask DisposeAsync()
    {
        Task<ConnectionMultiplexer>? connected;
        lock (_gate)
        {
            _disposed = true;
            connected = _connected;
        }

        if (connected is null) return;
        await connected.ContinueWith(_ => { }, TaskScheduler.Default);
        if (connected.IsCompletedSuccessfully) await (await connected).DisposeAsync();
    }

    private async Task<ConnectionMultiplexer> Connect()
    {
        var settings = ConfigurationOptions.Parse(options.Value.ConnectionString);
        settings.ClientName = "orderflow";
        settings.AbortOnConnectFail = false;
        settings.AllowAdmin = true;   // INFO and CONFIG GET are for admins, says the driver
        settings.BacklogPolicy = BacklogPolicy.FailFast;
        settings.IncludeDetailInExceptions = false;   // pages of counters, which would go all the way to the callers
        settings.ConnectTimeout = (int)ConnectPatience.TotalMilliseconds;
        settings.SyncTimeout = settings.AsyncTimeout = (int)Patience.TotalMilliseconds;
        settings.ReconnectRetryPolicy = new ExponentialRetry((int)FirstReconnect.TotalMilliseconds, (int)LongestReconnect.TotalMilliseconds);

        var multiplexer = await ConnectionMultiplexer.ConnectAsync(settings);
        multiplexer.ConnectionFailed += (_, lost) => NoteLost(multiplexer, lost);
        multiplexer.ConnectionRestored += (_, restored) => NoteRestored(multiplexer, restored).Ignore();
        if (!multiplexer.IsConnected && !Interlocked.Exchange(ref _isAway, true)) LogAway();
        return multiplexer;
    }

    private static async Task Retire(Task<ConnectionMultiplexer> old)
    {
        await Task.Delay(Patience);
        await (await old).DisposeAsync();
    }

    /// <summary>What the server answers behind the name; null where it does not answer that, as managed ones do not.</summary>
    private static async Task<string?> Tells(IServer server, string name, string command, params object[] arguments)
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
        lock (_gate) return _connected is not { IsCompletedSuccessfully: true } || _connected.Result == multiplexer;
    }

    private void NoteLost(ConnectionMultiplexer multiplexer, ConnectionFailedEventArgs lost)
    {
        if (IsForCommands(lost) && IsCurrent(multiplexer) && !Interlocked.Exchange(ref _isAway, true)) LogLost(lost.EndPoint, lost.FailureType);
    }

    /// <summary>A Redis that still reads its file takes connections and ends them again: it is back once it answers.</summary>
    private async Task NoteRestored(ConnectionMultiplexer multiplexer, ConnectionFailedEventArgs restored)
    {
        if (!IsForCommands(restored) || !IsCurrent(multiplexer)) return;

        await multiplexer.GetDatabase().PingAsync();
        if (Interlocked.Exchange(ref _isAway, false)) LogRestored(restored.EndPoint);
    }

    // The driver has a second connection, for subscriptions, that comes and goes with the first.
    private static bool IsForCommands(ConnectionFailedEventArgs change) => change.ConnectionType == ConnectionType.Interactive;

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis at {EndPoint} is lost ({Failure}); it is looked for until it is back")]
    private partial void LogLost(EndPoint? endPoint, ConnectionFailureType failure);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis at {EndPoint} is back")]
    private partial void LogRestored(EndPoint? endPoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis does not answer; it is looked for until it does")]
    private partial void LogAway();
}
