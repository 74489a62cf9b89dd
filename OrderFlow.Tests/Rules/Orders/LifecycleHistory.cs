using CsCheck;
using OrderFlow.Orders;
using static OrderFlow.Orders.OrderStatus;

namespace OrderFlow.Tests.Rules.Orders;

internal enum LifecycleStepKind
{
    PlaceAgain,
    Cancel,
    Confirm,
    Fulfil,
    Expire,
    RetryFailed,
    SetAnyStatus,
    Delete,
    Reserve,
    Fail,
    NextAttempt,
    Released,
    Consumed,
}

internal readonly record struct LifecycleStep(LifecycleStepKind Kind, int Who, int AttemptShift, int Choice);

/// <summary>One order under random commands and steps; once it is deleted and settled, the next one follows.</summary>
internal sealed class LifecycleHistory(Action<string>? log)
{
    private static readonly Caller[] Callers = [Given.Alice, Given.Bob, Given.Admin, Given.Payments, Given.Fulfilment];

    private static readonly PlaceOrder Command = Given.Command with { ReserveFor = TimeSpan.FromMilliseconds(20) };

    /// <summary>Who can make which change; the rest is refused.</summary>
    private static readonly Dictionary<(OrderStatus From, OrderStatus To), Caller[]> Changes = new()
    {
        [(Pending, Cancelled)] = [Given.Alice, Given.Admin],
        [(Reserved, Cancelled)] = [Given.Alice, Given.Admin],
        [(Reserved, Confirmed)] = [Given.Payments, Given.Admin],
        [(Reserved, Fulfilled)] = [Given.Fulfilment, Given.Admin],
        [(Confirmed, Cancelled)] = [Given.Admin],
        [(Confirmed, Fulfilled)] = [Given.Fulfilment, Given.Admin],
        [(Failed, Pending)] = [Given.Admin],
    };

    private OrderState? _order;
    private bool _wasConfirmed;
    private long _id;
    private DateTimeOffset _now = DateTimeOffset.UnixEpoch;

    /// <summary>Mostly failures and retries, so that one order lives long.</summary>
    public static Gen<LifecycleStep> Steps { get; } =
        Gen.Select(
            Gen.Frequency(
                (2, LifecycleStepKind.PlaceAgain), (1, LifecycleStepKind.Cancel), (2, LifecycleStepKind.Confirm), (2, LifecycleStepKind.Fulfil), (2, LifecycleStepKind.Expire), (25, LifecycleStepKind.RetryFailed), (4, LifecycleStepKind.SetAnyStatus),
                (2, LifecycleStepKind.Delete), (2, LifecycleStepKind.Reserve), (25, LifecycleStepKind.Fail), (5, LifecycleStepKind.NextAttempt), (10, LifecycleStepKind.Released),
                (5, LifecycleStepKind.Consumed)),
            Gen.Int[0, Callers.Length - 1],
            Gen.Frequency((6, 0), (1, -1), (1, 1)),
            Gen.Int[0, OrderStatusNames.Known.Count - 1],
            (kind, who, shift, choice) => new LifecycleStep(kind, who, shift, choice));

    public static void Replay(IReadOnlyList<LifecycleStep> steps, Action<string>? log)
    {
        var history = new LifecycleHistory(log);
        foreach (var step in steps) history.Take(step);
    }

    private void Take(LifecycleStep step)
    {
        _now += TimeSpan.FromMilliseconds(1);
        if (_order is not { } order || (order.IsDeleted && !order.IsUnsettled))
        {
            Write(before: null, OrderLifecycle.Place(++_id, Command, _now), Pending);
            return;
        }

        var by = Callers[step.Who];
        var attempt = order.Attempt + step.AttemptShift;
        var target = step.Kind switch
        {
            LifecycleStepKind.Cancel => Cancelled,
            LifecycleStepKind.Confirm => Confirmed,
            LifecycleStepKind.Fulfil => Fulfilled,
            LifecycleStepKind.RetryFailed => Pending,
            _ => OrderStatusNames.Known[step.Choice],
        };
        log?.Invoke($"{step.Kind}{(step.Kind == LifecycleStepKind.SetAnyStatus ? $" ({target})" : "")}, {by.UserId}, attempt {attempt}");
        switch (step.Kind)
        {
            case LifecycleStepKind.PlaceAgain: PlaceAgain(order, by, sameBody: step.Choice > 0); break;
            case LifecycleStepKind.Delete: Delete(order, by); break;
            case LifecycleStepKind.Reserve: Settle(order, attempt, OrderLifecycle.Reserve(order, attempt, 20.98m, _now), Reserved); break;
            case LifecycleStepKind.Fail: Settle(order, attempt, OrderLifecycle.Fail(order, attempt, "unknown product: sku-2", _now), Failed); break;
            case LifecycleStepKind.NextAttempt: Settle(order, attempt, OrderLifecycle.NextAttempt(order, attempt, _now), Pending); break;
            case LifecycleStepKind.Released: Clear(order, attempt, OrderLifecycle.Released(order, attempt, _now), order.Releasing); break;
            case LifecycleStepKind.Consumed: Clear(order, attempt, OrderLifecycle.Consumed(order, attempt, _now), order.Consuming); break;
            case LifecycleStepKind.Expire: Expire(order); break;
            default: ChangeStatus(order, target, by); break;
        }
    }

    private static void PlaceAgain(OrderState order, Caller by, bool sameBody)
    {
        var decision = OrderLifecycle.PlaceAgain(order, Command with { By = by, Items = sameBody ? Command.Items : Command.Items[..1] });
        IsAnswered(decision, sameBody && (by == Given.Alice || by == Given.Admin) ? Outcome.Ok : Outcome.IdTaken);
    }

    private void ChangeStatus(OrderState order, OrderStatus target, Caller by)
    {
        var decision = OrderLifecycle.ChangeStatus(order, new(target, by), _now);
        if (order.IsDeleted || by == Given.Bob) IsAnswered(decision, Outcome.NotFound);
        else if (target == order.Status) IsAnswered(decision, Outcome.Ok);
        else if ((order.Status, target, _wasConfirmed) == (Fulfilled, Confirmed, true) && (by == Given.Admin || by == Given.Payments)) IsAnswered(decision, Outcome.Ok);
        else if (!Changes.TryGetValue((order.Status, target), out var callers)) IsAnswered(decision, Outcome.Conflict);
        else if (callers.Contains(by)) Write(order, decision, target);
        else IsAnswered(decision, Outcome.Forbidden);
    }

    private void Delete(OrderState order, Caller by)
    {
        var decision = OrderLifecycle.Delete(order, by, _now);
        if (order.IsDeleted || by == Given.Bob)
        {
            IsAnswered(decision, Outcome.NotFound);
            return;
        }

        if (by != Given.Admin && (by != Given.Alice || order.Status == Confirmed))
        {
            IsAnswered(decision, Outcome.Forbidden);
            return;
        }

        Write(order, decision, order.Status is Failed or Fulfilled ? order.Status : Cancelled);
        Assert.Equal(_now, _order!.DeletedAt);
    }

    private void Settle(OrderState order, int attempt, OrderDecision decision, OrderStatus next)
    {
        if (order.Status == Pending && attempt == order.Attempt) Write(order, decision, next);
        else IsAnswered(decision, Outcome.Conflict);
    }

    private void Clear(OrderState order, int attempt, OrderDecision decision, bool isDue)
    {
        if (isDue && attempt == order.Attempt) Write(order, decision, order.Status);
        else IsAnswered(decision, Outcome.Conflict);
    }

    private void Expire(OrderState order)
    {
        var decision = OrderLifecycle.Expire(order, _now);
        if (order.Status == Reserved && order.ExpiresAt <= _now) Write(order, decision, Cancelled);
        else IsAnswered(decision, Outcome.Ok);
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
        _wasConfirmed = before is not null && (_wasConfirmed || status == Confirmed);
        log?.Invoke($"order {_id}: {next.Status}, attempt {next.Attempt}, version {next.Version}");
    }
}
