using OrderFlow.Chaos.Judging;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Tests.Chaos;

/// <summary>A judge who never finds anybody guilty is none: each thing that may go wrong is seen.</summary>
public sealed class Comparing_the_ledger
{
    private static readonly Line[] Items = [new("chaos-1-usual-1", 2), new("chaos-1-hot-1", 1)];

    [Fact]
    public void What_agrees_breaks_nothing() => Assert.Empty(Violations(
        [Placed(1), Placed(2), Done(Asked.Cancel, 2), Placed(3), Done(Asked.Delete, 3)],
        [Stored(1), Stored(2, "cancelled")]));

    [Fact]
    public void An_acknowledged_order_that_is_not_there_is_lost() => Assert.Equal(["lost"], Violations([Placed(1)], []));

    [Fact]
    public void An_order_with_other_items_is_altered() =>
        Assert.Equal(["altered"], Violations([Placed(1)], [Stored(1) with { Items = [new("chaos-1-usual-1", 3), new("chaos-1-hot-1", 1)] }]));

    [Fact]
    public void One_order_for_two_keys_was_given_twice() => Assert.Equal(["twice"], Violations([Placed(1), Placed(1) with { Key = "another" }], [Stored(1)]));

    [Fact]
    public void An_order_that_no_answer_tells_of_is_unasked() => Assert.Equal(["unasked"], Violations([Placed(1)], [Stored(1), Stored(2)]));

    [Fact]
    public void An_order_whose_answer_was_lost_is_explained_by_that() =>
        Assert.Equal(["unanswered"], Violations([Placed(1) with { Order = null, Tries = [Answered(0), Answered(503)] }], [Stored(1)]));

    [Fact]
    public void An_order_that_is_still_pending_is_unfinal() => Assert.Equal(["unfinal"], Violations([Placed(1)], [Stored(1, "pending")]));

    [Fact]
    public void A_cancelled_order_that_is_reserved_is_undone() => Assert.Equal(["undone"], Violations([Placed(1), Done(Asked.Cancel, 1)], [Stored(1)]));

    [Fact]
    public void A_deleted_order_that_is_there_is_undone() => Assert.Equal(["undone"], Violations([Placed(1), Done(Asked.Delete, 1)], [Stored(1)]));

    [Fact]
    public void An_order_may_be_gone_whose_deletion_was_answered_only_the_second_time() => Assert.Empty(
        Violations([Placed(1), Done(Asked.Delete, 1) with { Tries = [Answered(0), Answered(404)] }], []));

    [Fact]
    public void An_order_that_is_cancelled_without_a_request_is_unasked() => Assert.Equal(["unasked"], Violations([Placed(1)], [Stored(1, "cancelled")]));

    [Fact]
    public void Only_an_order_of_something_scarce_may_fail()
    {
        Line[] scarce = [new("chaos-1-scarce-1", 5)];

        Assert.Equal(["failed"], Violations([Placed(1)], [Stored(1, "failed")]));
        Assert.Empty(Violations([Placed(1) with { Items = scarce }], [Stored(1, "failed") with { Items = scarce }]));
    }

    [Fact]
    public void A_read_that_finds_no_order_is_refused() =>
        Assert.Equal(["refused"], Violations([Placed(1), Done(Asked.Read, 1) with { Tries = [Answered(404)] }], [Stored(1)]));

    [Fact]
    public void A_cancellation_that_comes_too_late_is_no_violation() =>
        Assert.Empty(Violations([Placed(1), Done(Asked.Cancel, 1) with { Tries = [Answered(409)] }], [Stored(1)]));

    [Fact]
    public void An_order_or_a_cancellation_without_its_event_is_untold()
    {
        var comparison = new Comparison([Placed(1), Placed(2), Done(Asked.Cancel, 2)], [Stored(1), Stored(2, "cancelled")]);
        PublishedEvent created = new("order.created", 1, "alice", Items), other = created with { OrderId = 2 };

        Assert.Equal(
            ["order 1 has no order.created with what was ordered", "order 2 was cancelled, and has no order.cancelled"],
            comparison.Untold([created with { Items = [Items[0]] }, created with { UserId = "bob" }, other]).Select(violation => violation.What));
        Assert.Empty(comparison.Untold([created, other, other with { Topic = "order.cancelled" }]));
    }

    [Fact]
    public void A_key_that_brings_another_order_back_was_forgotten()
    {
        var comparison = new Comparison([Placed(1), Placed(2)], [Stored(1), Stored(2)]);

        Assert.Equal(["forgotten"], comparison.Forgotten([Placed(1), Placed(2) with { Order = 3 }]).Select(violation => violation.Kind));
    }

    private static string[] Violations(Operation[] ledger, StoredOrder[] stored) =>
        [.. new Comparison(ledger, stored).Violations().Select(violation => violation.Kind)];

    private static Operation Placed(long order) => new(Asked.Place, (int)order, "alice", $"key-{order}", Items, order, [Answered(201)]);

    private static Operation Done(Asked what, long order) => new(what, (int)order, "alice", null, null, order, [Answered(200)]);

    private static Try Answered(int status) => new(At: 1, Api: 0, Ms: 5, status, Error: null);

    private static StoredOrder Stored(long id, string status = "reserved") => new(id, "alice", Items, status, null);
}
