using System.Net;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace OrderFlow.Silo.Redis;

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
    public async Task<IDatabase> Database()
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
        settings.BacklogPolicy = BacklogPolicy.FailFast;
        settings.IncludeDetailInExceptions = false;   // pages of counters, which would go all the way to the callers
        settings.ConnectTimeout = (int)ConnectPatience.TotalMilliseconds;
        settings.SyncTimeout = settings.AsyncTimeout = (int)Patience.TotalMilliseconds;
        settings.ReconnectRetryPolicy = new ExponentialRetry((int)FirstReconnect.TotalMilliseconds, (int)LongestReconnect.TotalMilliseconds);

        var multiplexer = await ConnectionMultiplexer.ConnectAsync(settings);
        multiplexer.ConnectionFailed += (_, lost) => NoteLost(lost);
        multiplexer.ConnectionRestored += (_, restored) => NoteRestored(multiplexer, restored).Ignore();
        if (!multiplexer.IsConnected && !Interlocked.Exchange(ref _isAway, true)) LogAway();
        return multiplexer;
    }

    private void NoteLost(ConnectionFailedEventArgs lost)
    {
        if (IsForCommands(lost) && !Interlocked.Exchange(ref _isAway, true)) LogLost(lost.EndPoint, lost.FailureType);
    }

    /// <summary>A Redis that still reads its file takes connections and ends them again: it is back once it answers.</summary>
    private async Task NoteRestored(ConnectionMultiplexer multiplexer, ConnectionFailedEventArgs restored)
    {
        if (!IsForCommands(restored)) return;

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
