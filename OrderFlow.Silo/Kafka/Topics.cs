using OrderFlow.Inventory;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Kafka;

/// <summary>The topics OrderFlow writes to and reads from.</summary>
internal static class Topics
{
    /// <summary>The connectivity check: each silo publishes one message when it starts.</summary>
    public const string Test = "order.test";

    /// <summary>Messages that can never be handled, with the reason in a header.</summary>
    public const string DeadLetter = "order.dead-letter";

    private static readonly string[] Events = [.. OrderEventCatalogue.All.Select(type => type.Name)];

    public static IReadOnlyList<string> All { get; } = [.. Events, .. StockLevelChanged.Names, Test, DeadLetter];

    /// <summary>The number of a topic of orders' events; negative where there is no such topic in this version.</summary>
    public static int IndexOfEvent(string topic) => Array.IndexOf(Events, topic);
}
