using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>Polls whether jobs can be enqueued and Redis keeps them. Reconnects from a replica: after a failover the name resolves to another server.</summary>
internal sealed partial class RedisProbe(
    NotificationQueue queue, RedisConnection connection, IOptions<RedisOptions> options, TimeProvider time, ILogger<RedisProbe> log) : PollingService(time), IQueueHealth
{
    /// <summary>How long <see cref="GetFault"/> waits for the first poll.</summary>
    private static readonly TimeSpan FirstPollTimeout = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _polled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Outage _outage = new();
    private volatile string? _fault = RedisErrors.NoAnswer;

    public async Task<string?> GetFault()
    {
        await _polled.Task.WaitAsync(FirstPollTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _fault;
    }

    /// <summary>Rejects a server that can lose jobs, unless that is allowed. Accepts one that does not answer; the polls check it later.</summary>
    /// <exception cref="OptionsValidationException">The server can lose jobs; each failure is a sentence that says how.</exception>
    public async Task RequireDurability()
    {
        RedisDurability durability;
        try
        {
            durability = await queue.GetDurability();
        }
        catch (Exception error) when (RedisErrors.IsRedisError(error))
        {
            return;
        }

        if (durability.UnknownSettings().ToList() is { Count: > 0 } unknown) LogUnknown(string.Join(", ", unknown));
        if (durability.Violations().ToList() is not { Count: > 0 } violations) return;
        if (!options.Value.AllowDataLoss)
            throw new OptionsValidationException(RedisOptions.Section, typeof(RedisOptions), violations.Select(violation => $"Redis__ConnectionString: {violation} Redis__AllowDataLoss=true allows it."));
        LogAllowed(string.Join(" ", violations));
    }

    protected override async Task Poll(CancellationToken cancellationToken)
    {
        var error = await Probe(cancellationToken);
        if (error is not null && RedisErrors.IsReplica(error))
        {
            await connection.Reconnect().WaitAsync(cancellationToken);
            error = await Probe(cancellationToken);
        }

        SetFault(error is not null ? RedisErrors.Describe(error) : await FindDurabilityFault(cancellationToken));
    }

    protected override void OnPollFailed(Exception error) => SetFault(RedisErrors.NoAnswer);

    private async Task<Exception?> Probe(CancellationToken cancellationToken)
    {
        try
        {
            await queue.Probe().WaitAsync(cancellationToken);
            return null;
        }
        catch (Exception error) when (RedisErrors.IsRedisError(error))
        {
            return error;
        }
    }

    /// <summary>Checked with each poll: settings may change, or another server may take over, at any time.</summary>
    private async Task<string?> FindDurabilityFault(CancellationToken cancellationToken)
    {
        if (options.Value.AllowDataLoss) return null;

        var violations = (await queue.GetDurability().WaitAsync(cancellationToken)).Violations().ToList();
        return violations.Count == 0 ? null : $"Redis may lose notifications: {string.Join(" ", violations).TrimEnd('.')}";
    }

    private void SetFault(string? fault)
    {
        _fault = fault;
        _polled.TrySetResult();
        if (fault == RedisErrors.NoAnswer) return;   // RedisConnection logs this

        if (fault is not null && _outage.Begin(fault)) LogFault(fault);
        if (fault is null && _outage.End()) LogHealthy();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Fault}")]
    private partial void LogFault(string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis accepts and keeps notifications again")]
    private partial void LogHealthy();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis does not reveal settings without which jobs may be lost: {Settings}")]
    private partial void LogUnknown(string settings);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis can lose notifications, which Redis__AllowDataLoss allows: {Violations}")]
    private partial void LogAllowed(string violations);
}
