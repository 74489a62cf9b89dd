using StackExchange.Redis;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>The queue's keys, described in <c>Scripts/shared.lua</c>.</summary>
internal sealed class QueueKeys(string queue)
{
    public RedisKey Jobs { get; } = $"{{{queue}}}:jobs";

    public RedisKey Delayed { get; } = $"{{{queue}}}:delayed";

    public RedisKey DelayedJobs { get; } = $"{{{queue}}}:delayed:jobs";

    public RedisKey Dead { get; } = $"{{{queue}}}:dead";

    public RedisKey DeadIndex { get; } = $"{{{queue}}}:dead:index";

    public RedisKey History { get; } = $"{{{queue}}}:history";

    public RedisKey Stats { get; } = $"{{{queue}}}:stats";

    public RedisKey Paused { get; } = $"{{{queue}}}:paused";

    /// <summary>The prefix of the keys of the shards, which hold the state of jobs.</summary>
    public RedisKey Known { get; } = $"{{{queue}}}:known:";

    /// <summary>The prefix of the keys of replays that must not be repeated.</summary>
    public RedisKey Replayed { get; } = $"{{{queue}}}:replayed:";

    public RedisKey Contacts { get; } = $"{{{queue}}}:contacts";

    /// <summary>The prefix of the keys of customers whose contacts were just removed.</summary>
    public RedisKey ContactsRemoved { get; } = $"{{{queue}}}:contacts:removed:";

    /// <summary>The <c>KEYS</c> of every script.</summary>
    public RedisKey[] All => [Jobs, Delayed, DelayedJobs, Dead, DeadIndex, History, Stats, Paused, Known, Replayed, Contacts, ContactsRemoved];
}
