using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka.Producer;

/// <summary>The current client of librdkafka, and replaced ones until their last use ends. Thread-safe.</summary>
/// <param name="build">Builds a client.</param>
/// <param name="flushTimeout">How long a replaced client may take to report its messages.</param>
internal sealed class ProducerClients(Func<IProducer<byte[], byte[]>> build, TimeSpan flushTimeout) : IDisposable
{
    private static readonly TimeSpan DisposeTimeout = TimeSpan.FromSeconds(5);

    private readonly Lock _lock = new();
    private Client? _current;
    private bool _isDisposed;

    /// <summary>The current client, which exists until the caller disposes of it.</summary>
    public Client Acquire()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            _current ??= new(build());
            _current.AddUse();
            return _current;
        }
    }

    /// <summary>Replaces the current client.</summary>
    /// <param name="broken">Replaces the current client only where it is this one; null for any.</param>
    public void Replace(IProducer<byte[], byte[]>? broken = null)
    {
        Client replaced;
        lock (_lock)
        {
            if (_current is null || (broken is not null && _current.Producer != broken)) return;
            (replaced, _current) = (_current, null);
        }

        // On another thread: disposing waits for the producer's own, which may be this one. Flushed first: a disposed client reports nothing.
        Task.Run(() =>
        {
            replaced.Producer.Flush(flushTimeout);
            replaced.Dispose();
        });
    }

    public void Dispose()
    {
        Client? client;
        lock (_lock)
        {
            _isDisposed = true;
            (client, _current) = (_current, null);
        }

        client?.Producer.Flush(DisposeTimeout);
        client?.Dispose();
    }

    /// <summary>A client that counts its uses; the last <see cref="Dispose"/> frees it, so that no call is left with freed memory.</summary>
    internal sealed class Client(IProducer<byte[], byte[]> producer) : IDisposable
    {
        private int _uses = 1;   // as the current client

        public IProducer<byte[], byte[]> Producer => producer;

        /// <summary>Called while it is the current client.</summary>
        public void AddUse() => Interlocked.Increment(ref _uses);

        public void Dispose()
        {
            if (Interlocked.Decrement(ref _uses) == 0) producer.Dispose();
        }
    }
}
