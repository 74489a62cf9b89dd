namespace OrderFlow.Outbox;

/// <summary>A row of the outbox that is not acknowledged.</summary>
/// <param name="Seq">Its number.</param>
/// <param name="Destination">Where its event goes; null where this version does not know it.</param>
/// <param name="Event">The event; null where the row is read again before it is sent.</param>
internal readonly record struct HeldRow(long Seq, int? Destination, OutboxEvent? Event);

/// <summary>The rows of an order that are not acknowledged, oldest first.</summary>
internal sealed class HeldOrder
{
    private Queue<HeldRow>? _behind;   // most orders have one row

    /// <summary>The row that goes next.</summary>
    public HeldRow Head { get; set; }

    /// <summary>The newest row.</summary>
    public long LastSeq { get; private set; }

    /// <summary>How often in a row <see cref="Head"/> was not acknowledged.</summary>
    public int Failures { get; set; }

    /// <summary>True while Kafka refuses <see cref="Head"/> for what it is.</summary>
    public bool IsRefused { get; set; }

    public void Add(HeldRow row)
    {
        if (LastSeq == 0) Head = row;
        else (_behind ??= new()).Enqueue(row);
        LastSeq = row.Seq;
    }

    /// <summary>Goes on to the next row; false where there is none.</summary>
    public bool Next()
    {
        (Failures, IsRefused) = (0, false);
        if (_behind is null || !_behind.TryDequeue(out var next)) return false;
        Head = next;
        return true;
    }

    /// <summary>Keeps the numbers of its rows alone. Returns how many events that were.</summary>
    public int Unload()
    {
        var unloaded = Head.Event is null ? 0 : 1;
        Head = Head with { Event = null };
        for (var rows = _behind?.Count ?? 0; rows > 0; rows--)
        {
            var row = _behind!.Dequeue();
            if (row.Event is not null) unloaded++;
            _behind.Enqueue(row with { Event = null });
        }

        return unloaded;
    }
}
