namespace OrderFlow.Outbox;

/// <summary>Rows of the outbox, and which transactions may still add rows between them.</summary>
/// <param name="Reloaded">Rows that were asked for by their number and exist.</param>
/// <param name="Next">The next rows, lowest first.</param>
/// <param name="OldestRunning">All transactions below had ended when <paramref name="Next"/> was read; 0 where nothing was found.</param>
/// <param name="NextStarting">No transaction from here on had begun by then.</param>
/// <param name="Snapshot">What was committed by then, as a <c>pg_snapshot</c>; null where nothing was found.</param>
internal sealed record OutboxPage(
    IReadOnlyList<OutboxEvent> Reloaded, IReadOnlyList<OutboxEvent> Next, long OldestRunning = 0, long NextStarting = 0, string? Snapshot = null);
