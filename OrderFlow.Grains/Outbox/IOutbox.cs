
namespace OrderFlow.Outbox;

/// <summary>The events that were committed with their orders and are not known to be published.</summary>
internal interface IOutbox
{
    /// <summary>Deletes the rows of <paramref name="published"/> and reads others of the partition, in one round trip.</summary>
    /// <param name="partition">The partition's number, from 0.</param>
    /// <param name="published">Rows that Kafka has acknowledged.</param>
    /// <param name="again">Rows to read by their number.</param>
    /// <param name="after">Next rows are those above this one.</param>
    /// <param name="limit">The most next rows to read; 0 for none.</param>
    /// <param name="asOf">The <see cref="OutboxPage.Snapshot"/> of an earlier page: next rows are those that were committed by then. Null for all.</param>
    Task<OutboxPage> Advance(int partition, IReadOnlyList<long> published, IReadOnlyList<long> again, long after, int limit, string? asOf = null);
}
