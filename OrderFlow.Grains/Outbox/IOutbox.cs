namespace OrderFlow.Outbox;

/// <summary>Rows of the outbox, and which transactions may still add rows between them.</summary>
/// <param name="Reloaded">Rows that were asked for by their number and exist.</param>
/// <param name="Next">The next rows, lowest first.</param>
/// <param name="OldestRunning">All transactions below had ended when <paramref name="Next"/> was read; 0 where nothing was found.</param>
/// <param name="NextStarting">No transaction from here on had begun by then.</param>
/// <param name="Snapshot">What was committed by then, as a <c>pg_snapshot</c>; null where nothing was found.</param>
internal sealed record OutboxPage(
    IReadOnlyList<OutboxEvent> Reloaded, IReadOnlyList<OutboxEvent> Next, long OldestRunning = 0, long NextStarting = 0, string? Snapshot = null);

/// <summary>Events that were committed with their orders and are not known to be published.</summary>
internal interface IOutbox
{
    /// <summary>Deletes published rows and reads others of the partition, in one round trip.</summary>
    /// <param name="partition">The outbox partition, from 0.</param>
    /// <param name="published">Rows that Kafka has acknowledged.</param>
    /// <param name="reload">Rows to read by their number.</param>
    /// <param name="after">The next rows are those above this one.</param>
    /// <param name="limit">The maximum number of next rows; 0 for none.</param>
    /// <param name="asOf">The <see cref="OutboxPage.Snapshot"/> of an earlier page: only rows committed by then are next rows. Null for all.</param>
    Task<OutboxPage> Advance(int partition, IReadOnlyList<long> published, IReadOnlyList<long> reload, long after, int limit, string? asOf = null);
}
