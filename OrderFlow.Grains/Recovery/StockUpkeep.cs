using OrderFlow.Inventory;

namespace OrderFlow.Recovery;

/// <summary>Finds products whose movements need upkeep.</summary>
internal interface IStockMovements
{
    /// <summary>The products after this one, by id, whose counts or level are not recorded, as after a write of a silo of 1.0.0.</summary>
    Task<IReadOnlyList<string>> FindUnrecorded(string after, int limit);

    /// <summary>Replaces the movements before a time with their sum, in one transaction: of products after this one, and no more than a batch.</summary>
    /// <returns>How many, and the product to continue after; null at the end.</returns>
    Task<(int Movements, string? Last)> Fold(DateTimeOffset before, string after);
}

/// <summary>Keeps the movements of stock complete and bounded: jobs of <see cref="RecoveryGrain"/>, which go round by product.</summary>
internal sealed class StockUpkeep(IStockMovements movements, IGrainFactory grains, RollingUpgrade upgrade, TimeProvider time)
{
    private const int BatchSize = 500;

    private const int Concurrency = 16;

    /// <summary>How long after a round the next one starts: a round reads all products, and only silos of 1.0.0 leave something to record.</summary>
    private static readonly TimeSpan RecordInterval = TimeSpan.FromMinutes(10);

    /// <summary>The same for folding, which is about days.</summary>
    private static readonly TimeSpan FoldInterval = TimeSpan.FromHours(1);

    private DateTimeOffset? _recordedAt;
    private string _lastRecorded = "";
    private Exception? _recordFailure;
    private DateTimeOffset? _foldedAt;
    private string _lastFolded = "";

    /// <summary>Records what silos of 1.0.0 have changed, once there are none.</summary>
    public async Task<Batch> RecordChanges(CancellationToken cancellationToken)
    {
        if (!upgrade.IsComplete()) _recordedAt = null;
        if (!upgrade.IsComplete() || _recordedAt + RecordInterval > time.GetUtcNow()) return new(Rows: 0, IsFull: false);

        if (_lastRecorded.Length == 0) _recordFailure = null;
        Exception? failure = null;
        var products = await movements.FindUnrecorded(_lastRecorded, BatchSize);
        await Parallel.ForEachAsync(
            products,
            new ParallelOptions { MaxDegreeOfParallelism = Concurrency, CancellationToken = cancellationToken, TaskScheduler = TaskScheduler.Current },
            async (productId, _) =>
            {
                try
                {
                    await grains.GetGrain<IStockAdminGrain>(productId).RecordChanges();
                }
                catch (Exception error) when (!cancellationToken.IsCancellationRequested)
                {
                    failure = error;   // found again by the next round
                }
            });
        var isFull = products.Count == BatchSize;
        _lastRecorded = isFull ? products[^1] : "";
        _recordFailure ??= failure;
        if (isFull) return new(products.Count, IsFull: true);

        if (_recordFailure is not null) throw new InvalidOperationException("A product could not be recorded", _recordFailure);
        _recordedAt = time.GetUtcNow();
        return new(products.Count, IsFull: false);
    }

    /// <summary>Replaces movements before this time with their sum.</summary>
    public async Task<Batch> FoldMovements(DateTimeOffset before)
    {
        if (_foldedAt + FoldInterval > time.GetUtcNow()) return new(Rows: 0, IsFull: false);

        var (folded, last) = await movements.Fold(before, _lastFolded);
        _lastFolded = last ?? "";
        if (last is null) _foldedAt = time.GetUtcNow();
        return new(folded, IsFull: last is not null);
    }
}
