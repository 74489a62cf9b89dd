using System.Threading.Channels;
using OrderFlow.Outbox;

namespace OrderFlow.Silo.Outbox;

/// <summary>Signals that outbox partitions have rows to publish. A partition raised several times before it is taken is taken once.</summary>
/// <param name="partitions">Their number.</param>
internal class OutboxSignal(int partitions = OutboxPartitions.Count)
{
    private readonly bool[] _isRaised = new bool[partitions];
    private readonly Channel<short> _raised = Channel.CreateBounded<short>(partitions);

    /// <summary>Raises all partitions.</summary>
    public void RaiseAll()
    {
        for (short partition = 0; partition < partitions; partition++) Raise(partition);
    }

    /// <summary>Raises a partition. Cheap, because every commit calls it.</summary>
    public void Raise(short partition)
    {
        if (!Interlocked.Exchange(ref _isRaised[partition], true)) _raised.Writer.TryWrite(partition);
    }

    /// <summary>Waits until a partition is raised, and takes all raised ones.</summary>
    public async Task<IReadOnlyList<short>> Take(CancellationToken cancellationToken)
    {
        await _raised.Reader.WaitToReadAsync(cancellationToken);
        var taken = new List<short>(partitions);
        while (_raised.Reader.TryRead(out var partition))
        {
            // Reset before the caller reads the partition: a commit after that read raises it again.
            Volatile.Write(ref _isRaised[partition], false);
            taken.Add(partition);
        }

        return taken;
    }
}
