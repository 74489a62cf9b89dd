using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Rules.Inventory;

namespace OrderFlow.Tests.Rules.Orders;

/// <summary>
/// How an activation takes its order as far as it can go, as <c>OrderGrain.Finish</c> and <c>OrderStock</c> do.
/// Each step is what the run waits for.
/// </summary>
internal sealed partial class OrderActivation
{
    private static readonly IReadOnlyList<StockCall> Nothing = [];

    private bool _runFailed;

    /// <summary>The try that this activation itself numbered, and no run of it has begun yet.</summary>
    private int _ownAttempt;

    private IEnumerable<IReadOnlyList<StockCall>> Finish()
    {
        _runFailed = false;
        Read();
        for (var tries = 0; _known is { IsUnsettled: true } order;)
        {
            if (!order.Releasing && tries == OrderGrain.TriesAtOnce) yield break;
            var steps = order.Releasing ? Release(order)
                : order.Attempt != _ownAttempt ? Write(now => OrderLifecycle.TryAgain(now, order.Attempt, shop.Now))
                : Reserve(order, inTurn: tries++ > 0);
            foreach (var step in steps) yield return step;
            if (_runFailed) yield break;
        }
    }

    private IEnumerable<IReadOnlyList<StockCall>> Reserve(OrderState order, bool inTurn)
    {
        _ownAttempt = 0;   // a run that fails may have sent releases that are still on their way: the next goes on under a new number
        List<ReserveCall> asked = [];
        foreach (var step in inTurn ? AskInTurn(order, asked) : AskAtOnce(order, asked)) yield return step;
        if (_runFailed) yield break;

        var answers = asked.ConvertAll(call => new ReservationAnswer(call.ProductId, call.Reserve.Quantity, call.Answer));
        var verdict = ReservationVerdict.Of(answers, order.AgreedTotal);
        if (verdict.TotalAmount is { } total)
        {
            foreach (var step in Write(now => OrderLifecycle.Reserve(now, order.Attempt, total, shop.Now))) yield return step;
            yield break;
        }

        foreach (var step in GiveBack(order)) yield return step;
        if (_runFailed) yield break;

        foreach (var step in Write(now => verdict.FailReason is { } reason
            ? OrderLifecycle.Fail(now, order.Attempt, reason, shop.Now)
            : OrderLifecycle.TryAgain(now, order.Attempt, shop.Now))) yield return step;
    }

    private IEnumerable<IReadOnlyList<StockCall>> Release(OrderState order)
    {
        foreach (var step in GiveBack(order)) yield return step;
        if (_runFailed) yield break;

        foreach (var step in Write(now => OrderLifecycle.Released(now, order.Attempt, shop.Now))) yield return step;
    }

    private IEnumerable<IReadOnlyList<StockCall>> AskAtOnce(OrderState order, List<ReserveCall> asked)
    {
        var wanted = order.QuantityByProduct.ToList();
        foreach (var product in wanted) asked.Add(Ask(order, product, wanted.Count));
        yield return asked;
        _runFailed = asked.Exists(call => call.IsLost);
    }

    private IEnumerable<IReadOnlyList<StockCall>> AskInTurn(OrderState order, List<ReserveCall> asked)
    {
        var wanted = order.QuantityByProduct.ToList();
        foreach (var product in wanted)
        {
            var call = Ask(order, product, wanted.Count);
            asked.Add(call);
            yield return [call];
            _runFailed = call.IsLost;
            if (_runFailed) yield break;
            if (call.Answer.Outcome is ReserveOutcome.Contended or ReserveOutcome.Superseded && !asked.Exists(one => one.Answer.Outcome is ReserveOutcome.Insufficient or ReserveOutcome.Unknown)) yield break;
        }
    }

    private IEnumerable<IReadOnlyList<StockCall>> GiveBack(OrderState order)
    {
        List<StockCall> calls = [.. order.QuantityByProduct.Select(product => new ReleaseCall(product.ProductId, order.Id, order.Attempt))];
        calls.ForEach(shop.Send);
        yield return calls;
        _runFailed = calls.Exists(call => call.IsLost);
    }

    private ReserveCall Ask(OrderState order, (string ProductId, long Quantity) product, int products)
    {
        var tentative = products > 1 || order.AgreedTotal is not null;
        var call = new ReserveCall(product.ProductId, new(order.Id, order.Attempt, product.Quantity, tentative));
        shop.Send(call);
        return call;
    }

    /// <summary>A write of the run waits for its turn, and others may come before it and after it.</summary>
    private IEnumerable<IReadOnlyList<StockCall>> Write(Func<OrderState, OrderDecision> decide)
    {
        yield return Nothing;
        _runFailed = Commit(decide) is null;
        yield return Nothing;
    }
}
