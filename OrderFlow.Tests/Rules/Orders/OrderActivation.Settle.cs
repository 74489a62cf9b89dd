using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Rules.Inventory;

namespace OrderFlow.Tests.Rules.Orders;

/// <summary>
/// How an activation settles its order, as <c>OrderGrain.Settle</c> and <c>OrderStock</c> do.
/// Each step is the calls that the run waits for.
/// </summary>
internal sealed partial class OrderActivation
{
    private static readonly IReadOnlyList<StockCall> Nothing = [];

    private bool _runFailed;

    /// <summary>The attempt that this activation persisted and has not begun.</summary>
    private int _ownAttempt;

    private IEnumerable<IReadOnlyList<StockCall>> Settle()
    {
        _runFailed = false;
        Read();
        for (var attempts = 0; _known is { IsUnsettled: true } order;)
        {
            if (order.Status == OrderStatus.Pending && attempts == OrderGrain.MaxAttemptsPerRun) yield break;
            var steps = order.Releasing ? Release(order)
                : order.Consuming ? Consume(order)
                : order.Attempt != _ownAttempt ? Write(now => OrderLifecycle.NextAttempt(now, order.Attempt, system.Now))
                : Reserve(order, sequentially: attempts++ > 0);
            foreach (var step in steps) yield return step;
            if (_runFailed) yield break;
        }
    }

    private IEnumerable<IReadOnlyList<StockCall>> Reserve(OrderState order, bool sequentially)
    {
        _ownAttempt = 0;   // a failed run may have sent releases that are still in flight: the next run needs a new attempt
        List<ReserveCall> asked = [];
        foreach (var step in sequentially ? ReserveSequentially(order, asked) : ReserveInParallel(order, asked)) yield return step;
        if (_runFailed) yield break;

        var answers = asked.ConvertAll(call => new ReservationAnswer(call.ProductId, call.Reserve.Quantity, call.Answer));
        var verdict = ReservationVerdict.Of(answers, order.AgreedTotal);
        if (verdict.TotalAmount is { } total)
        {
            foreach (var step in Write(now => OrderLifecycle.Reserve(now, order.Attempt, total, system.Now))) yield return step;
            yield break;
        }

        foreach (var step in ReleaseStock(order)) yield return step;
        if (_runFailed) yield break;

        foreach (var step in Write(now => verdict.FailReason is { } reason
            ? OrderLifecycle.Fail(now, order.Attempt, reason, system.Now)
            : OrderLifecycle.NextAttempt(now, order.Attempt, system.Now))) yield return step;
    }

    private IEnumerable<IReadOnlyList<StockCall>> Release(OrderState order)
    {
        foreach (var step in ReleaseStock(order)) yield return step;
        if (_runFailed) yield break;

        foreach (var step in Write(now => OrderLifecycle.Released(now, order.Attempt, system.Now))) yield return step;
    }

    private IEnumerable<IReadOnlyList<StockCall>> Consume(OrderState order)
    {
        foreach (var step in Call(order, product => new ConsumeCall(product, order.Id, order.Attempt))) yield return step;
        if (_runFailed) yield break;

        foreach (var step in Write(now => OrderLifecycle.Consumed(now, order.Attempt, system.Now))) yield return step;
    }

    private IEnumerable<IReadOnlyList<StockCall>> ReserveInParallel(OrderState order, List<ReserveCall> asked)
    {
        var wanted = order.QuantityByProduct.ToList();
        foreach (var product in wanted) asked.Add(Send(order, product, wanted.Count));
        yield return asked;
        _runFailed = asked.Exists(call => call.IsLost);
    }

    private IEnumerable<IReadOnlyList<StockCall>> ReserveSequentially(OrderState order, List<ReserveCall> asked)
    {
        var wanted = order.QuantityByProduct.ToList();
        foreach (var product in wanted)
        {
            var call = Send(order, product, wanted.Count);
            asked.Add(call);
            yield return [call];
            _runFailed = call.IsLost;
            if (_runFailed) yield break;
            if (call.Answer.Outcome is ReserveOutcome.Contended or ReserveOutcome.Superseded && !asked.Exists(one => one.Answer.Outcome is ReserveOutcome.Insufficient or ReserveOutcome.Unknown)) yield break;
        }
    }

    private IEnumerable<IReadOnlyList<StockCall>> ReleaseStock(OrderState order) => Call(order, product => new ReleaseCall(product, order.Id, order.Attempt));

    /// <summary>Calls all products of the order.</summary>
    private IEnumerable<IReadOnlyList<StockCall>> Call(OrderState order, Func<string, StockCall> call)
    {
        List<StockCall> calls = [.. order.QuantityByProduct.Select(product => call(product.ProductId))];
        calls.ForEach(system.Send);
        yield return calls;
        _runFailed = calls.Exists(call => call.IsLost);
    }

    private ReserveCall Send(OrderState order, (string ProductId, long Quantity) product, int products)
    {
        var tentative = products > 1 || order.AgreedTotal is not null;
        var call = new ReserveCall(product.ProductId, new(order.Id, order.Attempt, product.Quantity, tentative));
        system.Send(call);
        return call;
    }

    /// <summary>A write of the run waits for the lock; others may come before and after it.</summary>
    private IEnumerable<IReadOnlyList<StockCall>> Write(Func<OrderState, OrderDecision> decide)
    {
        yield return Nothing;
        _runFailed = Commit(decide) is null;
        yield return Nothing;
    }
}
