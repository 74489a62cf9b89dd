namespace OrderFlow.Outbox;

/// <summary>An outbox row that Kafka has not acknowledged.</summary>
/// <param name="Seq">The row's number.</param>
/// <param name="KafkaPartition">Where its event goes; null where this version does not know the event.</param>
/// <param name="Event">The event; null where the row must be reloaded before it is sent.</param>
internal readonly record struct UnacknowledgedRow(long Seq, int? KafkaPartition, OutboxEvent? Event);

/// <summary>The unacknowledged rows of an order, lowest first.</summary>
internal sealed class UnacknowledgedOrder
{
    private Queue<UnacknowledgedRow>? _rest;   // most orders have one row

    /// <summary>The row to publish next.</summary>
    public UnacknowledgedRow Head { get; set; }

    public long LastSeq { get; private set; }

    /// <summary>Consecutive failures to publish <see cref="Head"/>.</summary>
    public int Failures { get; set; }

    /// <summary>True while Kafka rejects <see cref="Head"/>.</summary>
    public bool IsRejected { get; set; }

    public void Add(UnacknowledgedRow row)
    {
        if (LastSeq == 0) Head = row;
        else (_rest ??= new()).Enqueue(row);
        LastSeq = row.Seq;
    }

    /// <summary>Moves to the next row; false where there is none.</summary>
    public bool TryAdvance()
    {
        (Failures, IsRejected) = (0, false);
        if (_rest is null || !_rest.TryDequeue(out var next)) return false;
        Head = next;
        return true;
    }

    /// <summary>Drops the events of its rows to save memory. Returns how many.</summary>
    public int Unload()
    {
        var unloaded = (Head.Event is null ? 0 : 1) + (_rest?.Count(row => row.Event is not null) ?? 0);
        Head = Head with { Event = null };
        if (_rest is not null) _rest = new(_rest.Select(row => row with { Event = null }));
        return unloaded;
    }
}
