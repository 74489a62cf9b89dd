using StackExchange.Redis;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>Classifies and describes errors of Redis, in sentences that may be shown to anyone.</summary>
internal static class RedisErrors
{
    public const string NoAnswer = "Redis does not answer: notifications wait";

    /// <summary>Errors of a command within a script. Redis 6.2 reports them inside the script's error, whose own kind is unknown.</summary>
    private static readonly (string Code, RedisErrorKind Kind)[] ScriptErrors =
    [
        ("-READONLY ", RedisErrorKind.ReadOnly), ("-MASTERDOWN ", RedisErrorKind.MasterDown), ("-OOM ", RedisErrorKind.OutOfMemory),
        ("-MISCONF ", RedisErrorKind.Misconfigured), ("-NOREPLICAS ", RedisErrorKind.NoReplicas),
    ];

    /// <summary>Whether the exception is the driver's.</summary>
    public static bool IsRedisError(Exception error) => error is RedisException or RedisTimeoutException or RedisCommandException;

    /// <summary>Whether the server is a replica: after a failover the name in the configuration may resolve to another server.</summary>
    public static bool IsReplica(Exception error) => error is RedisServerException serverError && KindOf(serverError) is RedisErrorKind.ReadOnly or RedisErrorKind.MasterDown;

    /// <summary>Why no jobs can be enqueued, as a sentence without its full stop.</summary>
    public static string Describe(Exception error) => error is RedisServerException serverError ? $"Redis {Describe(KindOf(serverError))}: notifications wait" : NoAnswer;

    private static RedisErrorKind KindOf(RedisServerException error) => error.Kind is not (RedisErrorKind.Unknown or RedisErrorKind.UnknownError)
        ? error.Kind
        : ScriptErrors.FirstOrDefault(known => error.Message.Contains(known.Code, StringComparison.Ordinal)).Kind;

    private static string Describe(RedisErrorKind kind) => kind switch
    {
        RedisErrorKind.OutOfMemory => "is out of memory (maxmemory) and takes no jobs",
        RedisErrorKind.ReadOnly => "is a replica and takes no jobs",
        RedisErrorKind.MasterDown => "is a replica that has lost its master and takes no jobs",
        RedisErrorKind.Misconfigured => "cannot write to its disk (MISCONF) and takes no jobs",
        RedisErrorKind.NoReplicas => "has too few replicas (min-replicas-to-write) and takes no jobs",
        RedisErrorKind.Loading => "is still loading its data",
        RedisErrorKind.ClusterDown => "is a cluster that is down",
        RedisErrorKind.Busy => "is busy with a script",
        RedisErrorKind.MaxClients => "has too many clients (maxclients)",
        RedisErrorKind.NoAuth or RedisErrorKind.WrongPass => "rejects the user or password of Redis__ConnectionString",
        RedisErrorKind.NoPermission or RedisErrorKind.NotPermitted => "does not permit the user of Redis__ConnectionString to enqueue jobs",
        _ => "refuses to enqueue jobs",
    };
}
