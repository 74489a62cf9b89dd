using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Inventory;
using OrderFlow.Recovery;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Rules.Inventory;

/// <summary>When recovery records what silos of 1.0.0 have changed, and when it folds old movements.</summary>
public sealed class StockUpkeepRounds : IDisposable
{
    private readonly FakeTimeProvider _time = new(Given.Now);
    private readonly FakeMovements _movements = new();
    private readonly GivenGrains _grains = GivenGrains.Make().Answer<IStockAdminGrain>((_, _) => Task.CompletedTask);
    private readonly ApiProgram _api;
    private readonly SiloManifests _manifests;
    private readonly StockUpkeep _upkeep;

    public StockUpkeepRounds()
    {
        _api = new(_grains.Factory);
        _manifests = _api.Services.GetRequiredService<SiloManifests>();
        _upkeep = new(_movements, _grains.Factory, _api.Services.GetRequiredService<RollingUpgrade>(), _time);
    }

    [Fact]
    public async Task Changes_of_old_silos_are_recorded_once_there_are_none_and_looked_for_again_after_a_while()
    {
        _movements.Unrecorded = ["sku-1", "sku-2"];
        _manifests.Read(true, false);
        Assert.Equal(new Batch(0, IsFull: false), await _upkeep.RecordChanges(default));

        _manifests.Read(true, true);
        Assert.Equal(new Batch(2, IsFull: false), await _upkeep.RecordChanges(default));
        Assert.Equal(["IStockAdminGrain(sku-1).RecordChanges", "IStockAdminGrain(sku-2).RecordChanges"], _grains.Asked.Order());

        Assert.Equal(0, (await _upkeep.RecordChanges(default)).Rows);
        _time.Advance(TimeSpan.FromMinutes(10));
        Assert.Equal(2, (await _upkeep.RecordChanges(default)).Rows);

        _manifests.Read(true, false);   // an old silo joins, and leaves
        await _upkeep.RecordChanges(default);
        _manifests.Read(true);
        Assert.Equal(2, (await _upkeep.RecordChanges(default)).Rows);
    }

    [Fact]
    public async Task A_round_through_more_products_than_a_batch_takes_them_all()
    {
        _movements.Unrecorded = [.. Enumerable.Range(0, 1_100).Select(number => $"sku-{number:0000}")];
        _manifests.Read(true);

        Assert.Equal([new(500, true), new(500, true), new(100, false)], new[] { await _upkeep.RecordChanges(default), await _upkeep.RecordChanges(default), await _upkeep.RecordChanges(default) });
        Assert.Equal(_movements.Unrecorded.Select(id => $"IStockAdminGrain({id}).RecordChanges"), _grains.Asked.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_product_that_cannot_be_recorded_holds_up_no_other_and_is_tried_again()
    {
        _movements.Unrecorded = ["sku-1", "sku-2"];
        _manifests.Read(true);
        var calls = 0;
        _grains.Answer<IStockAdminGrain>((_, _) => Interlocked.Increment(ref calls) == 1 ? Task.FromException(new UnavailableException("away")) : Task.CompletedTask);

        await Assert.ThrowsAsync<InvalidOperationException>(() => _upkeep.RecordChanges(default));
        Assert.Equal(2, _grains.Asked.Count);
        Assert.Equal(new Batch(2, IsFull: false), await _upkeep.RecordChanges(default));
    }

    [Fact]
    public async Task Movements_are_folded_from_product_to_product_and_then_not_for_a_while()
    {
        _movements.Folds = [(3, "sku-5"), (4, null), (1, null)];

        Assert.Equal([new(3, true), new(4, false), new(0, false)], new[] { await Fold(), await Fold(), await Fold() });
        _time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(new Batch(1, false), await Fold());
        Assert.Equal(["", "sku-5", ""], _movements.FoldedAfter);

        Task<Batch> Fold() => _upkeep.FoldMovements(Given.Earlier);
    }

    public void Dispose() => _api.Dispose();

    private sealed class FakeMovements : IStockMovements
    {
        public List<string> Unrecorded { get; set; } = [];

        public List<(int, string?)> Folds { get; set; } = [];

        public List<string> FoldedAfter { get; } = [];

        public Task<IReadOnlyList<string>> FindUnrecorded(string after, int limit) =>
            Task.FromResult<IReadOnlyList<string>>([.. Unrecorded.Where(id => string.CompareOrdinal(id, after) > 0).Take(limit)]);

        public Task<(int Movements, string? Last)> Fold(DateTimeOffset before, string after)
        {
            FoldedAfter.Add(after);
            return Task.FromResult(Folds[FoldedAfter.Count - 1]);
        }
    }
}
