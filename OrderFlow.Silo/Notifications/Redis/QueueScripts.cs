namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>
/// The scripts that the queue is made of. Redis knows each by its hash once it has seen it; the driver sends the whole of it again
/// where Redis has forgotten it, after a restart or <c>SCRIPT FLUSH</c>.
/// </summary>
internal static class QueueScripts
{
    private static readonly string Shared = Read("shared");

    public static string Probe { get; } = Load("probe");

    public static string Enqueue { get; } = Load("enqueue");

    public static string Claim { get; } = Load("claim");

    public static string TakeOver { get; } = Load("take_over");

    public static string ForgetWorkers { get; } = Load("forget_workers");

    public static string Finish { get; } = Load("finish");

    public static string Delay { get; } = Load("delay");

    public static string GiveUp { get; } = Load("give_up");

    public static string HandBack { get; } = Load("hand_back");

    public static string Replay { get; } = Load("replay");

    public static string Purge { get; } = Load("purge");

    public static string OfOrder { get; } = Load("of_order");

    public static string Stats { get; } = Load("stats");

    public static string ListDeadLetters { get; } = Load("list_dead_letters");

    private static string Load(string name) => $"{Shared}\n{Read(name)}";

    private static string Read(string name)
    {
        using var script = typeof(QueueScripts).Assembly.GetManifestResourceStream($"OrderFlow.Silo.Notifications.Redis.Scripts.{name}.lua")!;
        return new StreamReader(script).ReadToEnd();
    }
}
