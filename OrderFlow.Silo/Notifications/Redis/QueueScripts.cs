namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>
/// The Lua scripts of the queue. The driver calls them by hash, and sends one again in full where Redis does not have it,
/// as after a restart or <c>SCRIPT FLUSH</c>.
/// </summary>
internal static class QueueScripts
{
    private static readonly string Shared = Read("shared");

    public static string Probe { get; } = Load("probe");

    public static string Enqueue { get; } = Load("enqueue");

    public static string Claim { get; } = Load("claim");

    public static string Reclaim { get; } = Load("reclaim");

    public static string RemoveIdleWorkers { get; } = Load("remove_idle_workers");

    public static string Complete { get; } = Load("complete");

    public static string Retry { get; } = Load("retry");

    public static string DeadLetter { get; } = Load("dead_letter");

    public static string Release { get; } = Load("release");

    public static string Replay { get; } = Load("replay");

    public static string Purge { get; } = Load("purge");

    public static string ReplayMatching { get; } = Load("replay_matching");

    public static string PurgeMatching { get; } = Load("purge_matching");

    public static string RemoveContacts { get; } = Load("remove_contacts");

    public static string ListByOrder { get; } = Load("list_by_order");

    public static string Stats { get; } = Load("stats");

    public static string ListDeadLetters { get; } = Load("list_dead_letters");

    private static string Load(string name) => $"{Shared}\n{Read(name)}";

    private static string Read(string name)
    {
        using var script = typeof(QueueScripts).Assembly.GetManifestResourceStream($"OrderFlow.Silo.Notifications.Redis.Scripts.{name}.lua")!;
        return new StreamReader(script).ReadToEnd();
    }
}
