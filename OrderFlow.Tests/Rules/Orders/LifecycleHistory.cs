using CsCheck;
using OrderFlow.Orders;
using static OrderFlow.Orders.OrderStatus;

namespace OrderFlow.Tests.Rules.Orders;

internal enum LifecycleStepKind
{
    PlaceAgain,
    Cancel,
    RetryFailed,
    SetAnyStatus,
    Delete,
    Reserve,
    Fail,
    NextAttempt,
    Released,
}

internal readonly record struct LifecycleStep(LifecycleStepKind Kind, int Who, int AttemptShift, int Choice);

/// <summary>One order under random commands and steps; once it is deleted and settled, the next one follows.</summary>
internal sealed class LifecycleHistory(Action<string>? log)
{
    private static readonly Caller[] Callers = [new("alice", IsAdmin: false), new("bob", IsAdmin: false), new("root", IsAdmin: true)];

    private static readonly PlaceOrder Command = new(Callers[0], "alice", [new("sku-1", 2), new("sku-2", 1)], AgreedTotal: null);

    private OrderState? _order;
    private long _id;
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    /// <summary>Mostly failures and retries, so that one order lives long.</summary>
    public static Gen<LifecycleStep> Steps { get; } =
        Gen.Select(
            Gen.Frequency(
                (2, LifecycleStepKind.PlaceAgain), (1, LifecycleStepKind.Cancel), (25, LifecycleStepKind.RetryFailed), (4, LifecycleStepKind.SetAnyStatus),
                (1, LifecycleStepKind.Delete), (2, LifecycleStepKind.Reserve), (25, LifecycleStepKind.Fail), (5, LifecycleStepKind.NextAttempt), (10, LifecycleStepKind.Released)),
            Gen.Int[0, 2],
            Gen.Frequency((6, 0), (1, -1), (1, 1)),
            Gen.Int[0, 3],
            (kind, who, shift, choice) => new LifecycleStep(kind, who, shift, choice));

    public static void Replay(IReadOnlyList<LifecycleStep> steps, Action<string>? log)
    {
        var history = new LifecycleHistory(log);
        foreach (var step in steps) history.Take(step);
    }

    private void Take(LifecycleStep step)
    {
        _now += TimeSpan.FromMilliseconds(1);
        if (_order is not { } order || (order.IsDeleted && !order.Releasing))
        {
            Write(before: null, OrderLifecycle.Place(++_id, Command, _now), Pending);
            return;
        }

        var by = Callers[step.Who];
        var attempt = order.Attempt + step.AttemptShift;
        var target = step.Kind switch { LifecycleStepKind.Cancel => Cancelled, LifecycleStepKind.RetryFailed => Pending, _ => (OrderStatus)step.Choice };
        log?.Invoke($"{step.Kind}{(step.Kind == LifecycleStepKind.SetAnyStatus ? $" ({target})" : "")}, {by.UserId}, attempt {attempt}");
        switch (step.Kind)
        {
            case LifecycleStepKind.PlaceAgain: PlaceAgain(order, by, sameBody: step.Choice > 0); break;
            case LifecycleStepKind.Delete: Delete(order, by); break;
            case LifecycleStepKind.Reserve: Settle(order, attempt, OrderLifecycle.Reserve(order, attempt, 20.98m, _now), Reserved); break;
            case LifecycleStepKind.Fail: Settle(order, attempt, OrderLifecycle.Fail(order, attempt, "unknown product: sku-2", _now), Failed); break;
            case LifecycleStepKind.NextAttempt: Settle(order, attempt, OrderLifecycle.NextAttempt(order, attempt, _now), Pending); break;
            case LifecycleStepKind.Released: Released(order, attempt); break;
            default: ChangeStatus(order, target, by); break;
        }
    }

    private static void PlaceAgain(OrderState order, Caller by, bool sameBody)
    {
        var decision = OrderLifecycle.PlaceAgain(order, Command with { By = by, Items = sameBody ? Command.Items : Command.Items[..1] });
        IsAnswered(decision, sameBody && by.UserId != "bob" ? Outcome.Ok : Outcome.IdTaken);
    }

    private void ChangeStatus(OrderState order, OrderStatus target, Caller by)
    {
        var decision = OrderLifecycle.ChangeStatus(order, new(target, by), _now);
        if (order.IsDeleted || by.UserId == "bob") IsAnswered(decision, Outcome.NotFound);
        else if (target == order.Status) IsAnswered(decision, Outcome.Ok);
        else if (target == Cancelled && (order.Status is Pending or Reserved)) Write(order, decision, Cancelled);
        else if (target == Pending && order.Status == Failed && by.IsAdmin) Write(order, decision, Pending);
        else if (target == Pending && order.Status == Failed) IsAnswered(decision, Outcome.Forbidden);
        else IsAnswered(decision, Outcome.Conflict);
    }

    private void Delete(OrderState order, Caller by)
    {
        var decision = OrderLifecycle.Delete(order, by, _now);
        if (order.IsDeleted || by.UserId == "bob")
        {
            IsAnswered(decision, Outcome.NotFound);
            return;
        }

        Write(order, decision, order.Status == Failed ? Failed : Cancelled);
        Assert.Equal(_now, _order!.DeletedAt);
    }

    private void Settle(OrderState order, int attempt, OrderDecision decision, OrderStatus next)
    {
        if (order.Status == Pending && attempt == order.Attempt) Write(order, decision, next);
        else IsAnswered(decision, Outcome.Conflict);
    }

    private void Released(OrderState order, int attempt)
    {
        var decision = OrderLifecycle.Released(order, attempt, _now);
        if (order.Releasing && attempt == order.Attempt) Write(order, decision, order.Status);
        else IsAnswered(decision, Outcome.Conflict);
    }

    private static void IsAnswered(OrderDecision decision, Outcome outcome) =>
        Assert.Equal((outcome, null, null), (decision.Outcome, decision.Next, decision.Event));

    private void Write(OrderState? before, OrderDecision decision, OrderStatus status)
    {
        Assert.Equal(Outcome.Ok, decision.Outcome);
        var next = decision.Next!;
        Assert.Equal((status, _now), (next.Status, next.UpdatedAt));
        OrderWrites.Check(before, next, decision.Event);
        _order = next;
        log?.Invoke($"order {_id}: {next.Status}, attempt {next.Attempt}, version {next.Version}");
    }
}
