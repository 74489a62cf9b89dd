using OrderFlow.Chaos.Customers;
using OrderFlow.Chaos.Judging;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Tests.Chaos;

/// <summary>The checker finds each kind of violation.</summary>
public sealed class LedgerComparison
{
    private const decimal Price = 29.97m;

    private const string Short = "insufficient stock: chaos-1-scarce-1 wanted 5, available 3";

    private static readonly DateTimeOffset ReservedAt = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

    private static readonly Line[] Items = [new("chaos-1-usual-1", 2), new("chaos-1-hot-1", 1)];

    private static readonly Line[] Scarce = [new("chaos-1-usual-1", 2), new("chaos-1-scarce-1", 5)];

    [Fact]
    public void Equal_sides_have_no_violation() => Assert.Empty(Violations(
        [
            Placed(1), Placed(2), Done(Asked.Cancel, 2), Placed(3), Done(Asked.Delete, 3), Placed(4), Done(Asked.Cancel, 4), Placed(5), Done(Asked.Confirm, 5),
            Placed(6), Done(Asked.Confirm, 6), Done(Asked.Fulfil, 6), Expiring(7),
        ],
        [Stored(1), Stored(2, "cancelled"), Stored(4, "cancelled") with { TotalAmount = 0 }, Stored(5, "confirmed"), Fulfilled(6), Expired(7)]));

    [Fact]
    public void A_missing_acknowledged_order_is_lost() => Assert.Equal(["lost"], Violations([Placed(1)], []));

    [Fact]
    public void An_order_with_different_items_is_altered() =>
        Assert.Equal(["altered"], Violations([Placed(1)], [Stored(1) with { Items = [new("chaos-1-usual-1", 3), new("chaos-1-hot-1", 1)] }]));

    [Fact]
    public void One_order_for_two_keys_is_twice() => Assert.Equal(
        ["twice"],
        Violations(
            [Placed(1), Done(Asked.Cancel, 1), Placed(1) with { Key = "another" }, Done(Asked.Cancel, 1)],
            [Stored(1, "cancelled")]).Distinct());

    [Fact]
    public void An_order_listed_twice_is_twice() => Assert.Equal(["twice"], Violations([Placed(1)], [Stored(1), Stored(1)]));

    [Fact]
    public void An_order_that_was_never_placed_is_unasked() => Assert.Equal(["unasked"], Violations([Placed(1)], [Stored(1), Stored(2)]));

    [Fact]
    public void An_order_whose_response_was_lost_is_only_unanswered() =>
        Assert.Equal(["unanswered"], Violations([Placed(1) with { Order = null, Tries = [Answered(0), Answered(503)] }], [Stored(1)]));

    [Fact]
    public void A_lost_response_explains_one_order_with_the_same_user_and_items()
    {
        var lost = Placed(1) with { Order = null, Tries = [Answered(0)] };

        Assert.Equal(["unanswered", "unasked", "unasked"], Violations([lost], [Stored(1), Stored(2)]));
        Assert.Equal(["unanswered", "unasked"], Violations([lost], [Stored(1) with { UserId = "bob" }]));
        Assert.Equal(["unanswered", "unasked"], Violations([lost], [Stored(1) with { Items = [Items[0]], TotalAmount = 19.98m }]));
    }

    [Fact]
    public void A_pending_order_is_unfinal() => Assert.Equal(["unfinal"], Violations([Placed(1)], [Stored(1, "pending")]));

    [Fact]
    public void A_cancelled_order_that_is_reserved_is_undone() => Assert.Equal(["undone"], Violations([Placed(1), Done(Asked.Cancel, 1)], [Stored(1)]));

    [Fact]
    public void A_deleted_order_that_still_exists_is_undone() => Assert.Equal(["undone"], Violations([Placed(1), Done(Asked.Delete, 1)], [Stored(1)]));

    [Fact]
    public void A_deletion_that_succeeded_without_its_response_is_no_violation() => Assert.Empty(
        Violations([Placed(1), Done(Asked.Delete, 1) with { Tries = [Answered(0), Answered(404)] }], []));

    [Fact]
    public void An_order_cancelled_without_a_request_is_unasked() => Assert.Equal(["unasked"], Violations([Placed(1)], [Stored(1, "cancelled")]));

    [Theory]
    [InlineData("confirmed")]
    [InlineData("fulfilled")]
    public void An_order_confirmed_or_fulfilled_without_a_request_is_unasked(string status) => Assert.Equal(
        ["unasked"], Violations([Placed(1)], [Fulfilled(1) with { Status = status, Tracking = status == "fulfilled" ? Parcel(1) : null }]));

    [Theory]
    [InlineData("reserved", null)]
    [InlineData("cancelled", "expired")]
    public void A_confirmed_order_that_is_reserved_or_expired_is_undone(string status, string? reason) => Assert.Contains(
        "undone", Violations([Expiring(1), Done(Asked.Confirm, 1)], [Stored(1, status) with { CancelReason = reason }]));

    [Fact]
    public void A_fulfilled_order_that_is_still_confirmed_is_undone() => Assert.Equal(
        ["undone"], Violations([Placed(1), Done(Asked.Confirm, 1), Done(Asked.Fulfil, 1)], [Stored(1, "confirmed")]));

    [Fact]
    public void A_fulfilled_order_with_different_tracking_is_altered()
    {
        Operation[] ledger = [Placed(1), Done(Asked.Fulfil, 1)];

        Assert.Equal(["altered"], Violations(ledger, [Fulfilled(1) with { Tracking = null }]));
        Assert.Equal(["altered"], Violations(ledger, [Fulfilled(1) with { Tracking = Parcel(2) }]));
    }

    [Fact]
    public void Only_an_order_placed_for_a_limited_time_may_expire()
    {
        Assert.Equal(["unasked"], Violations([Placed(1)], [Expired(1)]));
        Assert.Equal(["unasked"], Violations([Expiring(1)], [Expired(1) with { CancelReason = "out of season" }]));
        Assert.Equal(["unasked"], Violations([Expiring(1)], [Expired(1) with { CancelReason = null }]));
        Assert.Equal(["unexpired"], Violations([Placed(1)], [Stored(1) with { ExpiresAt = ReservedAt }]));
    }

    [Fact]
    public void An_order_that_does_not_expire_is_unexpired() => Assert.Equal(["unexpired"], Violations([Expiring(1)], [Stored(1) with { ExpiresAt = ReservedAt }]));

    [Fact]
    public void An_order_may_have_expired_before_it_is_cancelled() => Assert.Empty(Violations([Expiring(1), Done(Asked.Cancel, 1)], [Expired(1)]));

    [Theory]
    [InlineData(59.999, "unexpired")]
    [InlineData(60, null)]
    [InlineData(120, null)]
    [InlineData(120.001, "late")]
    public void An_order_expires_when_its_time_is_over_and_soon_after(double seconds, string? violation)
    {
        var comparison = new Comparison([Expiring(1)], [Expired(1)]);

        Assert.Equal(
            violation is null ? [] : [violation],
            comparison.Untimely([Reserved(1), Cancelled(1, "expired") with { OccurredAt = ReservedAt.AddSeconds(seconds) }]).Select(untimely => untimely.Kind));
    }

    [Fact]
    public void The_time_of_a_retried_order_begins_anew()
    {
        var retried = Reserved(1) with { Version = 5, OccurredAt = ReservedAt.AddSeconds(30) };
        var expired = Cancelled(1, "expired") with { Version = 6, OccurredAt = ReservedAt.AddSeconds(89) };

        Assert.Equal(["unexpired"], new Comparison([Expiring(1)], [Expired(1)]).Untimely([Reserved(1), retried, expired]).Select(untimely => untimely.Kind));
        Assert.Empty(new Comparison([Expiring(1)], [Expired(1)]).Untimely([Reserved(1), retried, expired with { OccurredAt = ReservedAt.AddSeconds(90) }]));
    }

    [Fact]
    public void An_order_may_fail_for_insufficient_stock() => Assert.Empty(Violations([Placed(1) with { Items = Scarce }], [Failed(1)]));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("time-out")]
    [InlineData("unknown product: chaos-1-scarce-1")]
    [InlineData("price changed: the total is 69.93, agreed was 9.99")]
    [InlineData("insufficient stock: ")]
    [InlineData("insufficient stock: chaos-1-usual-1 wanted 2, available 0")]
    [InlineData("insufficient stock: chaos-1-scarce-1 wanted 5, available 5")]
    [InlineData("insufficient stock: chaos-1-scarce-1 wanted 4, available 3")]
    [InlineData("insufficient stock: chaos-1-scarce-2 wanted 5, available 3")]
    [InlineData($"{Short}, chaos-1-usual-1 wanted 2, available 1")]
    [InlineData($"{Short}; unknown product: chaos-1-hot-1")]
    public void No_order_fails_for_another_reason(string? reason) =>
        Assert.Equal(["failed"], Violations([Placed(1) with { Items = Scarce }], [Failed(1) with { FailReason = reason }]));

    [Fact]
    public void An_order_that_did_not_fail_must_not_have_a_reason() => Assert.Equal(
        ["failed"],
        Violations([Placed(1) with { Items = Scarce }], [Stored(1) with { Items = Scarce, TotalAmount = 69.93m, FailReason = Short }]));

    [Theory]
    [InlineData("reserved", 29.96)]
    [InlineData("reserved", 0)]
    [InlineData("cancelled", 9.99)]
    [InlineData("confirmed", 0)]
    [InlineData("fulfilled", 0)]
    public void An_order_with_a_different_total_is_altered(string status, decimal total) => Assert.Equal(
        ["altered"],
        Violations(
            [Placed(1), .. ((Asked[])[Asked.Cancel, Asked.Confirm, Asked.Fulfil]).Select(what => Done(what, 1) with { Tries = [Answered(0)] })],
            [Fulfilled(1) with { Status = status, CancelReason = Reason(status), Tracking = status == "fulfilled" ? Parcel(1) : null, TotalAmount = total }])
            .Except(["unanswered"]));

    [Fact]
    public void An_expired_order_has_been_reserved() => Assert.Equal(["altered"], Violations([Expiring(1)], [Expired(1) with { TotalAmount = 0 }]));

    [Fact]
    public void A_read_that_does_not_find_the_order_is_refused() =>
        Assert.Equal(["refused"], Violations([Placed(1), Done(Asked.Read, 1) with { Tries = [Answered(404)] }], [Stored(1)]));

    [Fact]
    public void A_late_cancellation_is_no_violation() =>
        Assert.Empty(Violations([Placed(1) with { Items = Scarce }, Done(Asked.Cancel, 1) with { Tries = [Answered(409)] }], [Failed(1)]));

    [Theory]
    [InlineData("reserved")]
    [InlineData("cancelled")]
    public void A_cancellation_may_be_refused_only_for_a_failed_order(string status) =>
        Assert.Equal(["refused"], Violations([Placed(1), Done(Asked.Cancel, 1) with { Tries = [Answered(409)] }], [Stored(1, status)]));

    [Theory]
    [InlineData(nameof(Asked.Confirm))]
    [InlineData(nameof(Asked.Fulfil))]
    public void A_confirmation_or_fulfilment_may_be_refused_only_for_a_failed_or_expired_order(string what)
    {
        var refused = Done(Enum.Parse<Asked>(what), 1) with { Tries = [Answered(409)] };

        Assert.Empty(Violations([Expiring(1), refused], [Expired(1)]));
        Assert.Empty(Violations([Expiring(1) with { Items = Scarce }, refused], [Failed(1)]));
        Assert.Equal(["refused"], Violations([Placed(1), refused], [Stored(1)]));
        Assert.Equal(["refused", "unasked"], Violations([Placed(1), refused], [Stored(1, "cancelled")]));
    }

    [Fact]
    public void A_change_of_stock_is_no_change_of_an_order_and_is_answered()
    {
        var restocked = Changed(Asked.Restock, new("chaos-1-hot-1", 5));

        Assert.Empty(Violations([Placed(1), restocked], [Stored(1)]));
        Assert.Equal(["unanswered"], Violations([Placed(1), restocked with { Tries = [Answered(503)] }], [Stored(1)]));
    }

    [Fact]
    public void Only_what_is_scarce_may_be_too_scarce_to_be_adjusted()
    {
        Operation Refused(string product, int delta) => Changed(Asked.Adjust, new(product, delta)) with { Tries = [Answered(409)] };

        Assert.Empty(Violations([Refused("chaos-1-scarce-1", -3)], []));
        Assert.Equal(["refused"], Violations([Refused("chaos-1-scarce-1", 3)], []));
        Assert.Equal(["refused"], Violations([Refused("chaos-1-usual-1", -3)], []));
        Assert.Equal(["refused"], Violations([Refused("chaos-1-scarce-1", -3) with { What = Asked.Restock }], []));
    }

    [Fact]
    public void The_first_retry_of_a_failed_order_must_be_accepted()
    {
        Operation reopened = Done(Asked.Reopen, 1) with { Tries = [Answered(0), Answered(409)] };

        Assert.Empty(Violations([Placed(1), reopened], [Stored(1)]));
        Assert.Equal(["refused"], Violations([Placed(1), reopened with { Tries = [Answered(409)] }], [Stored(1)]));
    }

    [Fact]
    public void An_operation_missing_from_the_history_is_unwritten()
    {
        var comparison = new Comparison([Placed(1), Placed(2), Done(Asked.Read, 2), Placed(4), Placed(4)], []);

        Assert.Equal(
            ["errand 3 of 5 is in the ledger 0 times", "errand 4 of 5 is in the ledger 2 times", "errand 5 of 5 is in the ledger 0 times"],
            comparison.Unwritten(5).Select(violation => violation.What));
        Assert.Empty(new Comparison([Placed(2), Placed(1)], []).Unwritten(2));
    }

    [Fact]
    public void An_empty_history_is_unwritten() =>
        Assert.Equal(["unwritten"], new Comparison([], []).Unwritten(1).Select(violation => violation.Kind));

    [Fact]
    public void An_order_or_a_cancellation_without_its_event_is_untold()
    {
        var comparison = new Comparison([Placed(1), Placed(2), Done(Asked.Cancel, 2)], [Stored(1), Stored(2, "cancelled")]);
        PublishedEvent[] told = [Created(1), Reserved(1), Created(2), Cancelled(2, "cancelled")];

        Assert.Empty(comparison.Untold(told));
        Assert.Equal(["order 1 has no order.created"], Untold(comparison, told[1..]));
        Assert.Equal(
            ["order 2 was cancelled, and has no order.cancelled", "order 2 is cancelled, and the last that is told of it is order.created"],
            Untold(comparison, told[..3]));
    }

    [Fact]
    public void A_confirmation_or_fulfilment_without_its_event_is_untold()
    {
        var comparison = new Comparison([Placed(1), Done(Asked.Confirm, 1), Done(Asked.Fulfil, 1)], [Fulfilled(1)]);
        PublishedEvent[] told = [Created(1), Reserved(1), Reserved(1) with { Topic = "order.confirmed", Version = 3 }, FulfilledEvent(1)];

        Assert.Empty(comparison.Untold(told));
        Assert.Equal(["order 1 was confirmed, and has no order.confirmed"], Untold(comparison, [.. told[..2], told[3]]));
        Assert.Equal(
            ["order 1 was fulfilled, and has no order.fulfilled", "order 1 is fulfilled, and the last that is told of it is order.confirmed"],
            Untold(comparison, told[..3]));
    }

    [Fact]
    public void The_last_event_of_an_order_has_its_final_status()
    {
        var comparison = new Comparison([Placed(1)], [Stored(1)]);

        Assert.Equal(["order 1 is reserved, and the last that is told of it is order.created"], Untold(comparison, [Created(1)]));
        Assert.Equal(
            ["order 1 is reserved, and the last that is told of it is order.reopened"],
            Untold(comparison, [Created(1), Reserved(1) with { Topic = "order.reopened", Version = 3 }, Reserved(1)]));
    }

    [Fact]
    public void An_event_with_different_content_is_untold()
    {
        var ordered = new Comparison([Placed(1)], [Stored(1)]);
        var scarce = new Comparison([Placed(1) with { Items = Scarce }], [Failed(1)]);
        var failed = Reserved(1) with { Topic = "order.failed", Items = Scarce, TotalAmount = null, Reason = Short };

        Assert.Single(ordered.Untold([Created(1) with { Items = [Items[0]] }, Reserved(1)]));
        Assert.Single(ordered.Untold([Created(1), Reserved(1) with { UserId = "bob" }]));
        Assert.Single(ordered.Untold([Created(1), Reserved(1) with { TotalAmount = Price + 0.01m }]));
        Assert.Empty(scarce.Untold([Created(1) with { Items = Scarce }, failed]));
        Assert.Single(scarce.Untold([Created(1) with { Items = Scarce }, failed with { Reason = "time-out" }]));

        var fulfilled = new Comparison([Placed(1), Done(Asked.Fulfil, 1)], [Fulfilled(1)]);
        Assert.Empty(fulfilled.Untold([Created(1), FulfilledEvent(1)]));
        Assert.Single(fulfilled.Untold([Created(1), FulfilledEvent(1) with { Tracking = Parcel(2) }]));
        Assert.Single(fulfilled.Untold([Created(1), FulfilledEvent(1) with { TotalAmount = 0 }]));

        var cancelled = new Comparison([Placed(1), Done(Asked.Cancel, 1)], [Stored(1, "cancelled")]);
        var expired = new Comparison([Expiring(1)], [Expired(1)]);
        Assert.Empty(expired.Untold([Created(1), Reserved(1), Cancelled(1, "expired")]));
        Assert.Single(cancelled.Untold([Created(1), Reserved(1), Cancelled(1, "expired")]));
        Assert.Single(expired.Untold([Created(1), Reserved(1), Cancelled(1, "out of season")]));
    }

    [Fact]
    public void A_key_that_returns_another_order_is_forgotten()
    {
        var comparison = new Comparison([Placed(1), Placed(2)], [Stored(1), Stored(2)]);

        Assert.Equal(["forgotten"], comparison.Forgotten([Placed(1), Placed(2) with { Order = 3 }]).Select(violation => violation.Kind));
    }

    private static string[] Violations(Operation[] ledger, StoredOrder[] stored) =>
        [.. new Comparison(ledger, stored).Violations().Select(violation => violation.Kind)];

    private static Operation Placed(long order) => new(Asked.Place, (int)order, "alice", $"key-{order}", Items, order, [Answered(201)]);

    private static Operation Expiring(long order) => Placed(order) with { ReserveFor = Shop.ReserveFor };

    private static Operation Done(Asked what, long order) => new(what, (int)order, "alice", null, null, order, [Answered(200)]);

    private static Operation Changed(Asked what, Line line) => new(what, 1, "chaos-admin", "chaos-1-stock-1", [line], null, [Answered(200)]);

    private static Try Answered(int status) => new(At: 1, Api: 0, Ms: 5, status, Error: null);

    private static StoredOrder Stored(long id, string status = "reserved") =>
        new(id, "alice", Items, status, status is "pending" ? 0 : Price, FailReason: null, CancelReason: Reason(status));

    private static StoredOrder Fulfilled(long id) => Stored(id, "fulfilled") with { Tracking = Parcel(id) };

    private static StoredOrder Expired(long id) => Stored(id, "cancelled") with { CancelReason = "expired" };

    private static string? Reason(string status) => status == "cancelled" ? "cancelled" : null;

    private static Parcel Parcel(long order) => Shop.Parcel($"key-{order}");

    private static StoredOrder Failed(long id) => new(id, "alice", Scarce, "failed", 0, Short);

    private static PublishedEvent Created(long order) => new("order.created", order, "alice", Items, Version: 1);

    private static PublishedEvent Reserved(long order) => Created(order) with { Topic = "order.reserved", Version = 2, TotalAmount = Price, OccurredAt = ReservedAt };

    private static PublishedEvent FulfilledEvent(long order) => Reserved(order) with { Topic = "order.fulfilled", Version = 4, Tracking = Parcel(order) };

    private static PublishedEvent Cancelled(long order, string reason) => Created(order) with { Topic = "order.cancelled", Version = 3, Reason = reason };

    private static string[] Untold(Comparison comparison, PublishedEvent[] events) => [.. comparison.Untold(events).Select(violation => violation.What)];
}
