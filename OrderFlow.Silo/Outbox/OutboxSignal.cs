using System.Threading.Channels;

namespace OrderFlow.Silo.Outbox;

/// <summary>Says that partitions of the outbox have rows to publish. A partition that was raised and not taken yet stays raised once, however often it is raised.</summary>
internal sealed class OutboxSignal
{
    private readonly bool[] _isRaised = new bool[OutboxRow.Partitions];
    private readonly Channel<short> _raised = Channel.CreateBounded<short>(OutboxRow.Partitions);

    /// <summary>Costs next to nothing, for it is called with every commit.</summary>
    public void Raise(short partition)
    {
        if (!Interlocked.Exchange(ref _isRaised[partition], true)) _raised.Writer.TryWrite(partition);
    }

    /// <summary>Waits until a partition is raised, and takes all that are.</summary>
    public async Task<IReadOnlyList<short>> Take(CancellationToken cancellationToken)
    {
        await _raised.Reader.WaitToReadAsync(cancellationToken);
        var taken = new List<short>(OutboxRow.Partitions);
        while (_raised.Reader.TryRead(out var partition))
        {
            // Before whoever takes it looks: what is committed after the look raises it anew.
            Volatile.Write(ref _isRaised[partition], false);
            taken.Add(partition);
        }

        return taken;
    }
}
