using OrderFlow.Orders;
using OrderFlow.Tests.Rules.Inventory;

namespace OrderFlow.Tests.Rules.Orders;

/// <summary>
/// A model of one activation of <c>OrderGrain</c>. At each point where the grain awaits, the run pauses, and anything else
/// may happen before it continues.
/// </summary>
internal sealed partial class OrderActivation(long id, SimulatedSystem system)
{
    private OrderState? _known;
    private bool _mayBeStale = true;
    private IEnumerator<IReadOnlyList<StockCall>>? _run;

    public long Id => id;

    public bool IsRunning => _run is not null;

    /// <summary>True where all calls that the run waits for are over.</summary>
    public bool CanContinue => _run is not null && _run.Current.All(call => call.IsOver);

    /// <summary>The fault of the next write.</summary>
    public WriteFault NextWrite { get; set; }

    /// <returns>The decision; null where the caller got an error.</returns>
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

        _run = Settle().GetEnumerator();
        Continue();
    }

    /// <summary>Runs to the next point where the run waits.</summary>
    public void Continue()
    {
        if (!_run!.MoveNext()) _run = null;
    }

    /// <summary>Times out the calls that the run waits for; they are still in flight.</summary>
    public void TimeOut()
    {
        foreach (var call in _run!.Current.Where(call => !call.IsOver)) call.Lose();
    }

    /// <summary>Inserts without a read, because the id was just handed out; reads where the insert finds a row.</summary>
    private OrderDecision? PlaceNew(PlaceOrder command)
    {
        var decision = OrderLifecycle.Place(id, command, system.Now);
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

    private OrderState? Read() => _mayBeStale ? _known = system.Order(id) : _known;

    private bool Persist(OrderState? known, OrderDecision decision)
    {
        var fault = NextWrite;
        NextWrite = WriteFault.None;
        var written = fault != WriteFault.NotWritten && system.Write(known, new(decision.Next!, decision.Event));
        var confirmed = written && fault == WriteFault.None;
        _known = confirmed ? decision.Next : null;
        _mayBeStale = !confirmed;
        if (confirmed && decision.Next!.Attempt != known?.Attempt) _ownAttempt = decision.Next.Attempt;
        return confirmed;
    }
}
