namespace OrderFlow.Silo.Outbox;

/// <summary>Events that are not known to be published.</summary>
/// <param name="Rows">How many, up to <see cref="OutboxTable.CountLimit"/>.</param>
/// <param name="Oldest">When the first of them occurred; null where there are none.</param>
internal sealed record OutboxBacklog(long Rows, DateTimeOffset? Oldest)
{
    public string Describe(TimeSpan oldestAge) =>
        Rows == 0 ? "empty" : $"{(Rows == OutboxTable.CountLimit ? "at least " : "")}{Rows} events wait, the oldest for {oldestAge.TotalSeconds:0} s";
}
