using Microsoft.Extensions.Logging;

namespace OrderFlow.Outbox;

/// <inheritdoc cref="IStockOutboxGrain"/>
/// <remarks>
/// Deletes rows once Kafka has acknowledged them. After a crash in between they are published again with the same ids: delivery is at least once.
/// Simpler than <see cref="OutboxPartitionGrain"/>, because a product's level changes rarely: what fails is retried with the next wake.
/// </remarks>
[GrainType("stock-outbox")]
internal sealed partial class StockOutboxGrain(IStockOutbox outbox, IStockEventPublisher publisher, ILogger<StockOutboxGrain> log) : Grain, IStockOutboxGrain
{
    /// <summary>The most rows that are read at once.</summary>
    public const int PageSize = 500;

    private readonly Outage _failing = new();
    private Task _draining = Task.CompletedTask;
    private bool _isPending;
    private bool _isDeactivating;

    private int Partition => (int)this.GetPrimaryKeyLong();

    public Task Wake()
    {
        _isPending = true;
        if (_draining.IsCompleted && !_isDeactivating) _draining = Drain();
        return Task.CompletedTask;
    }

    /// <summary>Sends no more: the partition's next grain must not be overtaken.</summary>
    public override async Task OnDeactivateAsync(DeactivationReason reason, CancellationToken cancellationToken)
    {
        _isDeactivating = true;
        await _draining.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
    }

    private async Task Drain()
    {
        try
        {
            while (_isPending && !_isDeactivating)
            {
                _isPending = false;
                var rows = await outbox.Read(Partition, PageSize);
                var failure = await PublishAndDelete(rows);
                if (failure is not null && _failing.Begin()) LogFailed(Partition, failure);
                if (failure is not null) return;
                if (_failing.End()) LogRecovered(Partition);
                _isPending |= rows.Count == PageSize;
            }
        }
        catch (Exception error)
        {
            if (_failing.Begin()) LogFailed(Partition, error.FullMessage());
        }
    }

    /// <returns>Why some were not published; null where all were.</returns>
    private async Task<string?> PublishAndDelete(IReadOnlyList<StockOutboxEvent> rows)
    {
        var published = new List<long>(rows.Count);
        var failures = await Task.WhenAll(rows.GroupBy(row => row.ProductId, StringComparer.Ordinal).Select(PublishInOrder));
        if (published.Count > 0) await outbox.Delete(published);
        return failures.FirstOrDefault(failure => failure is not null);

        async Task<string?> PublishInOrder(IEnumerable<StockOutboxEvent> ofProduct)
        {
            foreach (var stockEvent in ofProduct.TakeWhile(_ => !_isDeactivating))
            {
                if (await publisher.Publish(stockEvent) is { } failure) return failure;
                published.Add(stockEvent.Seq);   // on the grain's scheduler, one at a time
            }

            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Events of products of partition {Partition} are not published; they will be retried. {Reason}")]
    private partial void LogFailed(int partition, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Events of products of partition {Partition} are published again")]
    private partial void LogRecovered(int partition);
}
