using OrderFlow.Chaos.Customers;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Tests.Chaos;

/// <summary>What clients of the fault suite do, drawn by the seed.</summary>
public sealed class Workload
{
    private static readonly List<Errand> Errands = Draw(seed: 1);

    [Fact]
    public void A_seed_always_draws_the_same_errands()
    {
        Assert.Equal(Errands.Select(Text), Draw(seed: 1).Select(Text));
        Assert.NotEqual(Errands.Select(Text), Draw(seed: 2).Select(Text));
    }

    [Fact]
    public void A_short_run_has_errands_of_every_kind() =>
        Assert.Equal(Enum.GetValues<Afterwards>(), Errands.Select(errand => errand.Then).Distinct().Order());

    [Fact]
    public void Orders_of_every_kind_of_errand_may_expire() =>
        Assert.Equal(Enum.GetValues<Afterwards>(), Errands.Where(errand => errand.ReserveFor is not null).Select(errand => errand.Then).Distinct().Order());

    [Fact]
    public void Late_confirmations_are_sent_before_and_after_the_reservation_expires()
    {
        var pauses = Errands.Where(errand => errand.Then == Afterwards.ConfirmLate).Select(errand => errand.After).ToList();

        Assert.All(pauses, pause => Assert.InRange(pause, TimeSpan.FromSeconds(59), TimeSpan.FromSeconds(62)));
        Assert.Contains(pauses, pause => pause < Shop.Lifetime);
        Assert.Contains(pauses, pause => pause > Shop.Lifetime);
    }

    [Fact]
    public void A_seed_always_draws_the_same_changes_of_stock()
    {
        Assert.Equal(Changes(seed: 1).Select(Text), Changes(seed: 1).Select(Text));
        Assert.NotEqual(Changes(seed: 1).Select(Text), Changes(seed: 2).Select(Text));
    }

    /// <summary>A short run has about 2,000 errands.</summary>
    [Fact]
    public void A_short_run_adjusts_up_and_down_restocks_and_imports()
    {
        var changes = Changes(seed: 1);

        Assert.Equal([Asked.Adjust, Asked.Restock, Asked.Import], changes.Select(change => change.What).Distinct().Order());
        Assert.Contains(changes, change => change is { What: Asked.Adjust, Items: [{ Quantity: > 0 }] });
        Assert.Contains(changes, change => change is { What: Asked.Adjust, Items: [{ Quantity: < 0 } line] } && Shop.IsScarce(line.ProductId));
        Assert.Contains(changes, change => change is { What: Asked.Restock, Items: [var line] } && Shop.IsScarce(line.ProductId));
        Assert.All(changes, change => Assert.DoesNotContain(change.Items, line => line.Quantity == 0));
    }

    /// <summary>Restocking usual products could bring one to the number of an import, which then moves nothing.</summary>
    [Fact]
    public void What_is_imported_is_not_restocked_and_each_import_has_a_number_of_its_own()
    {
        var changes = Changes(seed: 1);
        var imported = changes.Where(change => change.What == Asked.Import).ToList();

        Assert.Empty(changes.Where(change => change.What == Asked.Restock).Select(change => change.Items[0].ProductId)
            .Intersect(imported.SelectMany(change => change.Items).Select(line => line.ProductId)));
        Assert.Distinct(imported.Select(change => change.Items.Select(line => line.Quantity).Distinct().Single()));
        Assert.All(imported, change => Assert.Distinct(change.Items.Select(line => line.ProductId)));
    }

    private static List<StockChange> Changes(int seed)
    {
        var shop = new Shop("chaos-1", seed);
        return [.. Enumerable.Range(1, 2_000).Select(shop.Change).OfType<StockChange>()];
    }

    private static List<Errand> Draw(int seed)
    {
        var shop = new Shop("chaos-1", seed);
        return [.. Enumerable.Range(1, 1_000).Select(shop.Errand)];
    }

    private static string Text(Errand errand) => $"{errand with { Items = [] }} {string.Join(", ", errand.Items)}";

    private static string Text(StockChange change) => $"{change with { Items = [] }} {string.Join(", ", change.Items)}";
}
