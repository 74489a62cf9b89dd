using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>
/// Polls whether Redis takes jobs and keeps them. A server that leaves writes to another one is looked up anew: after a fail-over its name leads there.
/// </summary>
internal sealed partial class RedisProbe(
    NotificationQueue queue, RedisConnection connection, IOptions<RedisOptions> options, TimeProvider time, ILogger<RedisProbe> log) : PollingService(time), IQueueHealth
{
    /// <summary>How long the first answer is waited for by who asks before there is one.</summary>
    private static readonly TimeSpan FirstAnswerTimeout = TimeSpan.FromSeconds(2);

    private readonly TaskCompletionSource _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile string? _fault = RedisErrors.NoAnswer;
    private string? _said;

    public async Task<string?> GetFault()
    {
        await _answered.Task.WaitAsync(FirstAnswerTimeout).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return _fault;
    }

    /// <summary>Refuses a server that can lose jobs, where nobody has allowed that. One that does not answer is not waited for: the polls look at it when it does.</summary>
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
        var error = await Try(cancellationToken);
        if (error is not null && RedisErrors.IsWrongRole(error))
        {
            await connection.Reconnect().WaitAsync(cancellationToken);
            error = await Try(cancellationToken);
        }

        Note(error is not null ? RedisErrors.Describe(error) : await LossFault(cancellationToken));
    }

    protected override void OnPollFailed() => Note(RedisErrors.NoAnswer);

    private async Task<Exception?> Try(CancellationToken cancellationToken)
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

    /// <summary>The settings may be changed, or another server take over, at any time.</summary>
    private async Task<string?> LossFault(CancellationToken cancellationToken)
    {
        if (options.Value.AllowDataLoss) return null;

        var violations = (await queue.GetDurability().WaitAsync(cancellationToken)).Violations().ToList();
        return violations.Count == 0 ? null : $"Redis may lose notifications: {string.Join(" ", violations).TrimEnd('.')}";
    }

    private void Note(string? fault)
    {
        _fault = fault;
        _answered.TrySetResult();
        if (fault == _said || fault == RedisErrors.NoAnswer) return;   // that one does not answer the connection says itself

        _said = fault;
        if (fault is not null) LogFault(fault);
        else LogWell();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Fault}")]
    private partial void LogFault(string fault);

    [LoggerMessage(Level = LogLevel.Information, Message = "Redis takes notifications again, and keeps them")]
    private partial void LogWell();

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis does not say how it is set, so that jobs may be lost: {Settings}")]
    private partial void LogUnknown(string settings);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Redis can lose notifications, which Redis__AllowDataLoss allows: {Violations}")]
    private partial void LogAllowed(string violations);
}
