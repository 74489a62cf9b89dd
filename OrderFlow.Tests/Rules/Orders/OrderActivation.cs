using OrderFlow.Orders;
using OrderFlow.Tests.Rules.Inventory;

namespace OrderFlow.Tests.Rules.Orders;

/// <summary>
/// One activation of an order's grain, step by step as <c>OrderGrain</c> goes. At each point where that awaits,
/// the run stands still, and anything else may happen before it goes on.
/// </summary>
internal sealed partial class OrderActivation(long id, Shop shop)
{
    private OrderState? _known;
    private bool _isSuspect = true;
    private IEnumerator<IReadOnlyList<StockCall>>? _run;

    public long Id => id;

    public bool IsRunning => _run is not null;

    /// <summary>True where the run waits for nothing, or has what it waits for.</summary>
    public bool CanGoOn => _run is not null && _run.Current.All(call => call.IsOver);

    /// <summary>What the next write meets with.</summary>
    public WriteFault NextWrite { get; set; }

    /// <returns>What was decided, or null where the caller got an error.</returns>
    public OrderDecision? Place(PlaceOrder command)
    {
        var decision = _known is null ? PlaceNew(command) : Commit(order => OrderLifecycle.PlaceAgain(order, command));
        if (decision?.Outcome == Outcome.Ok) Resume();
        return decision;
    }

    /// <inheritdoc cref="Place"/>
    public OrderDecision? Change(Func<OrderState, OrderDecision> decide)
    {
        var decision = Commit(decide);
        if (decision?.Next is { IsUnsettled: true }) Resume();
        return decision;
    }

    public void Resume()
    {
        if (_run is not null) return;

        _run = Finish().GetEnumerator();
        GoOn();
    }

    /// <summary>Takes the run to the next point where it waits.</summary>
    public void GoOn()
    {
        if (!_run!.MoveNext()) _run = null;
    }

    /// <summary>The run waits no longer for answers; the calls are still on their way.</summary>
    public void TimeOut()
    {
        foreach (var call in _run!.Current.Where(call => !call.IsOver)) call.Lose();
    }

    /// <summary>The id was just handed out, so nothing is read; where there is an order after all, the insert is refused, and it is read then.</summary>
    private OrderDecision? PlaceNew(PlaceOrder command)
    {
        var decision = OrderLifecycle.Place(id, command, shop.Now);
        if (decision.Next is null) return decision;

        var fault = NextWrite;
        if (Persist(known: null, decision)) return decision;
        return fault == WriteFault.None ? Commit(order => OrderLifecycle.PlaceAgain(order, command)) : null;
    }

    private OrderDecision? Commit(Func<OrderState, OrderDecision> decide)
    {
        if (Read() is not { } order) return OrderDecision.NotFound;

        var decision = decide(order);
        return decision.Next is null || Persist(order, decision) ? decision : null;
    }

    private OrderState? Read() => _isSuspect ? _known = shop.Order(id) : _known;

    private bool Persist(OrderState? known, OrderDecision decision)
    {
        var fault = NextWrite;
        NextWrite = WriteFault.None;
        var written = fault != WriteFault.NotWritten && shop.Write(known, new(decision.Next!, decision.Event));
        var confirmed = written && fault == WriteFault.None;
        _known = confirmed ? decision.Next : null;
        _isSuspect = !confirmed;
        if (confirmed && decision.Next!.Attempt != known?.Attempt) _ownAttempt = decision.Next.Attempt;
        return confirmed;
    }
}
