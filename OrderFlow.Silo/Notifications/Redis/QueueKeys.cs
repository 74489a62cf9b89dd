using StackExchange.Redis;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>The queue's keys, described in <c>Scripts/shared.lua</c>.</summary>
internal sealed class QueueKeys
{
    public QueueKeys(string queue)
    {
        Jobs = $"{{{queue}}}:jobs";
        Delayed = $"{{{queue}}}:delayed";
        DelayedJobs = $"{{{queue}}}:delayed:jobs";
        Dead = $"{{{queue}}}:dead";
        DeadIndex = $"{{{queue}}}:dead:index";
        History = $"{{{queue}}}:history";
        Stats = $"{{{queue}}}:stats";
        Paused = $"{{{queue}}}:paused";
        Known = $"{{{queue}}}:known:";
        All = [Jobs, Delayed, DelayedJobs, Dead, DeadIndex, History, Stats, Paused, Known];
    }

    public RedisKey Jobs { get; }

    public RedisKey Delayed { get; }

    public RedisKey DelayedJobs { get; }

    public RedisKey Dead { get; }

    public RedisKey DeadIndex { get; }

    public RedisKey History { get; }

    public RedisKey Stats { get; }

    public RedisKey Paused { get; }

    /// <summary>The prefix of the keys of the shards, which hold the state of jobs.</summary>
    public RedisKey Known { get; }

    /// <summary>The <c>KEYS</c> of every script.</summary>
    public RedisKey[] All { get; }
}
