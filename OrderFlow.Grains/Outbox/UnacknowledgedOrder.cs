namespace OrderFlow.Outbox;

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
        var unloaded = Head.Event is null ? 0 : 1;
        Head = Head with { Event = null };
        for (var rows = _rest?.Count ?? 0; rows > 0; rows--)
        {
            var row = _rest!.Dequeue();
            if (row.Event is not null) unloaded++;
            _rest.Enqueue(row with { Event = null });
        }

        return unloaded;
    }
}
