using OrderFlow.Chaos.Customers;

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

    private static List<Errand> Draw(int seed)
    {
        var shop = new Shop("chaos-1", seed);
        return [.. Enumerable.Range(1, 1_000).Select(shop.Errand)];
    }

    private static string Text(Errand errand) => $"{errand with { Items = [] }} {string.Join(", ", errand.Items)}";
}
