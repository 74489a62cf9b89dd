using StackExchange.Redis;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>Says in a sentence why Redis takes no jobs. Knows no connection, and tells nothing that a stranger may not read.</summary>
internal static class RedisErrors
{
    public const string NoAnswer = "Redis does not answer: notifications wait";

    /// <summary>What a script may fail for. Redis 6.2 puts it behind where the script failed, so that the reply's kind is unknown.</summary>
    private static readonly (string Code, RedisErrorKind Kind)[] OfScripts =
    [
        ("-READONLY ", RedisErrorKind.ReadOnly), ("-MASTERDOWN ", RedisErrorKind.MasterDown), ("-OOM ", RedisErrorKind.OutOfMemory),
        ("-MISCONF ", RedisErrorKind.Misconfigured), ("-NOREPLICAS ", RedisErrorKind.NoReplicas),
    ];

    /// <summary>Whether the exception is the driver's.</summary>
    public static bool IsRedisError(Exception error) => error is RedisException or RedisTimeoutException or RedisCommandException;

    /// <summary>Whether the server leaves writes to another one: a name in the configuration may lead to that one by now.</summary>
    public static bool IsWrongRole(Exception error) => error is RedisServerException refusal && KindOf(refusal) is RedisErrorKind.ReadOnly or RedisErrorKind.MasterDown;

    public static string Describe(Exception error) => error is RedisServerException refusal ? $"Redis {Refusal(KindOf(refusal))}: notifications wait" : NoAnswer;

    private static RedisErrorKind KindOf(RedisServerException refusal) => refusal.Kind is not (RedisErrorKind.Unknown or RedisErrorKind.UnknownError)
        ? refusal.Kind
        : OfScripts.FirstOrDefault(each => refusal.Message.Contains(each.Code, StringComparison.Ordinal)).Kind;

    private static string Refusal(RedisErrorKind kind) => kind switch
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
        RedisErrorKind.NoAuth or RedisErrorKind.WrongPass => "refuses the user or the password of Redis__ConnectionString",
        RedisErrorKind.NoPermission or RedisErrorKind.NotPermitted => "does not permit the user of Redis__ConnectionString to queue jobs",
        _ => "refuses to queue jobs",
    };
}
