using OrderFlow.Chaos.Customers;
using OrderFlow.Chaos.Judging;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Tests.Chaos;

/// <summary>The checker finds each kind of violation in the movements of stock.</summary>
public sealed class MovementComparison
{
    private const string Usual = "chaos-1-usual-1";

    private const string Scarce = "chaos-1-scarce-1";

    private static readonly Shop Shop = new("chaos-1", seed: 1);

    private static readonly StoredMovement SetAtFirst = new("set", Shop.Plenty, 0, Version: 1, Actor: "chaos-admin");

    private static readonly StoredMovement Reserved = new("reserve", -2, 2, Version: 2, OrderId: 42);

    [Fact]
    public void Movements_that_explain_everything_have_no_violation()
    {
        var adjusted = Changed(Asked.Adjust, 1, new(Usual, -3));
        var restocked = Changed(Asked.Restock, 2, new(Usual, 7));
        var imported = Changed(Asked.Import, 3, new(Usual, 1_000));

        Assert.Empty(Violations(
            [adjusted, restocked, imported],
            [Order(42, "reserved"), Order(43, "fulfilled"), Order(44, "cancelled"), Order(45, "failed")],
            SetAtFirst,
            Reserved,
            new("reserve", -2, 2, Version: 3, OrderId: 43),
            new("fulfil", 0, -2, Version: 4, OrderId: 43),
            new("reserve", -2, 2, Version: 5, OrderId: 44),
            Adjusted(adjusted, -3, version: 6),
            new("restock", 7, 0, Version: 6, Actor: "chaos-admin"),
            new("set", 1_000 - (Shop.Plenty - 2), 0, Version: 7, Actor: "chaos-admin"),
            new("release", 2, -2, Version: 8, OrderId: 44)));
    }

    [Fact]
    public void Stock_that_differs_from_the_sum_of_its_movements_is_unbalanced()
    {
        Assert.Equal(["unbalanced"], Violations(Stored(SetAtFirst) with { Product = new(Usual, Shop.Plenty - 1, 0) }));
        Assert.Equal(["unbalanced"], Violations(Stored(SetAtFirst) with { Product = new(Usual, Shop.Plenty, 1) }));
    }

    [Fact]
    public void Stock_that_was_negative_for_a_while_is_unbalanced() => Assert.Equal(
        ["unbalanced"],
        Violations([], [Order(42, "cancelled")], SetAtFirst, new("release", 2, -2, Version: 2, OrderId: 42), new("reserve", -2, 2, Version: 3, OrderId: 42)));

    [Theory]
    [InlineData("failed")]
    [InlineData("cancelled")]
    [InlineData("fulfilled")]
    public void Units_held_for_an_order_that_holds_none_are_unexplained(string status) =>
        Assert.Equal(["unexplained"], Violations([], [Order(42, status)], SetAtFirst, Reserved));

    [Fact]
    public void Units_that_no_movement_reserved_are_unexplained() => Assert.Equal(["unexplained"], Violations([], [Order(42, "reserved")], SetAtFirst));

    [Fact]
    public void Units_held_for_a_deleted_order_are_unexplained() => Assert.Equal(["unexplained"], Violations([], [], SetAtFirst, Reserved));

    [Theory]
    [InlineData("unrecorded")]
    [InlineData("set")]
    public void A_movement_without_an_order_or_an_actor_is_unexplained(string kind) =>
        Assert.Equal(["unapplied", "unexplained"], Violations([], [], SetAtFirst, new(kind, 5, 0, Version: 2)).Order());

    [Fact]
    public void A_change_that_is_missing_or_was_made_twice_is_unapplied()
    {
        var adjusted = Changed(Asked.Adjust, 1, new(Usual, 3));
        var movement = Adjusted(adjusted, 3, version: 2);

        Assert.Equal(["unapplied"], Violations([adjusted], [], SetAtFirst));
        Assert.Empty(Violations([adjusted], [], SetAtFirst, movement));
        Assert.Equal(["unapplied"], Violations([adjusted], [], SetAtFirst, movement, movement with { Version = 3 }));
    }

    [Fact]
    public void Another_quantity_or_reason_is_unapplied()
    {
        var adjusted = Changed(Asked.Adjust, 1, new(Usual, 3));

        Assert.Equal(["unapplied", "unapplied"], Violations([adjusted], [], SetAtFirst, Adjusted(adjusted, 4, version: 2)));
        Assert.Equal(["unapplied", "unapplied"], Violations([adjusted], [], SetAtFirst, Adjusted(adjusted, 3, version: 2) with { Reason = "another" }));
        Assert.Equal(
            ["unapplied", "unapplied"],
            Violations([Changed(Asked.Import, 1, new(Usual, 1_000))], [], SetAtFirst, new("set", 999 - Shop.Plenty, 0, Version: 2, Actor: "chaos-admin")));
    }

    [Fact]
    public void A_change_without_an_answer_may_have_been_made_once()
    {
        var lost = Changed(Asked.Restock, 1, new(Usual, 5), 0, 503);
        var movement = new StoredMovement("restock", 5, 0, Version: 2, Actor: "chaos-admin");

        Assert.Empty(Violations([lost], [], SetAtFirst));
        Assert.Empty(Violations([lost], [], SetAtFirst, movement));
        Assert.Equal(["unapplied"], Violations([lost], [], SetAtFirst, movement, movement with { Version = 3 }));
    }

    [Fact]
    public void A_change_that_was_refused_at_once_was_not_made()
    {
        var refused = Changed(Asked.Adjust, 1, new(Usual, -3), 409);
        var movement = Adjusted(refused, -3, version: 2);

        Assert.Empty(Violations([refused], [], SetAtFirst));
        Assert.Equal(["unapplied"], Violations([refused], [], SetAtFirst, movement));
        Assert.Empty(Violations([Changed(Asked.Adjust, 1, new(Usual, -3), 0, 409)], [], SetAtFirst, movement));
    }

    [Fact]
    public void A_change_missing_from_the_history_is_unwritten()
    {
        var due = Enumerable.Range(1, 100).Select(Shop.Change).OfType<StockChange>().ToList();
        Operation[] written = [.. due.Select(change => Changed(change.What, change.Number, change.Items[0]))];

        Assert.Empty(new StockComparison(Shop, written, [], []).Unwritten(100));
        Assert.Equal(
            [$"{due[0].What} {due[0].Key} is in the ledger 0 times", $"{due[1].What} {due[1].Key} is in the ledger 2 times"],
            new StockComparison(Shop, [written[1], .. written[1..]], [], []).Unwritten(100).Select(violation => violation.What));
    }

    [Fact]
    public void Each_crossing_is_announced_once_and_in_order()
    {
        var comparison = Crossing();
        PublishedLevel[] all = [Level("stock.low", 2, 285), Level("stock.low", 5, 284), Level("stock.replenished", 4, 286)];

        Assert.Equal(3, comparison.CountCrossings());
        Assert.Empty(comparison.Unannounced(all));
        Assert.Empty(comparison.Unannounced([.. all, all[0]]));
        Assert.Equal([$"{Scarce}-5 is not on stock.low"], Unannounced(comparison, all[0], all[2]));
        Assert.Equal([$"stock.low of {Scarce} is in the order 5, 2"], Unannounced(comparison, all[1], all[0], all[2]));
        Assert.Equal([$"stock.low of {Scarce} is in the order 2, 5"], Unannounced(comparison, all[0], all[1] with { Partition = "7" }, all[2]));
    }

    [Fact]
    public void A_crossing_that_did_not_happen_or_has_other_numbers_must_not_be_announced()
    {
        PublishedLevel[] all = [Level("stock.low", 2, 285), Level("stock.replenished", 4, 286), Level("stock.low", 5, 284)];

        Assert.Single(Crossing().Unannounced([.. all, Level("stock.replenished", 6, 286)]));
        Assert.Single(Crossing().Unannounced([.. all, all[0] with { AvailableQuantity = 1 }]));
        Assert.Single(Crossing().Unannounced([.. all, all[0] with { LowStockThreshold = null }]));
        Assert.Single(Crossing().Unannounced([.. all, all[0] with { Key = Usual }]));
        Assert.NotEmpty(Crossing().Unannounced([.. all, all[0] with { Id = $"{Scarce}-3" }]));
    }

    /// <summary>300, 285, 275, 286, 284 available after each write, and a threshold of 285.</summary>
    private static StockComparison Crossing() => new(Shop, [], [], [new(new(Scarce, 284, 0),
    [
        new("set", 300, 0, Version: 1), new("adjust", -15, 0, Version: 2), new("adjust", -10, 0, Version: 3), new("adjust", -5, 0, Version: 4),
        new("adjust", 16, 0, Version: 4), new("adjust", -2, 0, Version: 5),
    ])]);

    private static PublishedLevel Level(string topic, long version, long available) =>
        new(topic, Partition: "3", $"{Scarce}-{version}", Scarce, Scarce, available, Shop.Threshold(Scarce), version);

    private static string[] Unannounced(StockComparison comparison, params PublishedLevel[] events) =>
        [.. comparison.Unannounced(events).Select(violation => violation.What)];

    private static Operation Changed(Asked what, int number, Line line, params int[] statuses) => new(
        what, number, "chaos-admin", $"chaos-1-stock-{number}", [line], null,
        [.. statuses.DefaultIfEmpty(200).Select(status => new Try(At: 1, Api: 0, Ms: 5, status, Error: null))]);

    private static StoredMovement Adjusted(Operation adjusted, long delta, long version) =>
        new("adjust", delta, 0, version, Actor: "chaos-admin", Reason: Shop.Reason(adjusted.Key!));

    private static StoredOrder Order(long id, string status) => new(id, "alice", [new(Usual, 2)], status, TotalAmount: 0, FailReason: null);

    /// <summary>A product whose stock is the sum of its movements.</summary>
    private static StoredStock Stored(params StoredMovement[] movements) =>
        new(new(Usual, movements.Sum(movement => movement.AvailableDelta), movements.Sum(movement => movement.ReservedDelta)), movements);

    private static string[] Violations(StoredStock stored) => Violations([], [], stored);

    private static string[] Violations(Operation[] ledger, StoredOrder[] orders, params StoredMovement[] movements) => Violations(ledger, orders, Stored(movements));

    /// <summary>All other products are as they were set at first.</summary>
    private static string[] Violations(Operation[] ledger, StoredOrder[] orders, StoredStock stored)
    {
        var others = Shop.Products.Where(product => product.ProductId != Usual).Select(product =>
            new StoredStock(new(product.ProductId, product.Pieces, 0), [SetAtFirst with { AvailableDelta = product.Pieces }]));
        return [.. new StockComparison(Shop, ledger, orders, [stored, .. others]).Violations().Select(violation => violation.Kind)];
    }
}
