using OrderFlow.Orders;
using OrderFlow.Tests.Rules.Inventory;

namespace OrderFlow.Tests.Rules.Orders;

/// <summary>Orders and stock under random moves. <see cref="SimulatedSystem"/> checks every write; in the end every order settles.</summary>
internal sealed partial class OrderHistory
{
    /// <summary>Moves pick one of so many newest orders; older ones still get late calls.</summary>
    private const int Newest = 8;

    private const int MaxCallsInAWrite = 5;

    private readonly Action<string>? _log;
    private readonly SimulatedSystem _system;
    private readonly List<PlaceOrder> _placed = [];
    private readonly Dictionary<long, OrderActivation> _activations = [];
    private readonly List<OrderActivation> _running = [];

    public OrderHistory(Action<string>? log, params StockCall[] stock)
    {
        _log = log;
        _system = new(log);
        foreach (var call in stock) _system.Deliver(call.ProductId, [call]);
    }

    public IReadOnlyCollection<OrderState> Orders => _system.Orders;

    public static void Replay(IReadOnlyList<OrderMove> moves, Action<string>? log)
    {
        var history = new OrderHistory(log, new SetCall("sku-1", 5, 10.00m), new SetCall("sku-2", 5, 2.50m), new SetCall("sku-3", 5, 0.99m));
        foreach (var move in moves) history.Take(move);
        history.Settle();
    }

    public void Place(PlaceOrder command, WriteFault fault = WriteFault.None)
    {
        _placed.Add(command);
        Send(_placed.Count, activation => activation.Place(command), fault);
    }

    public void Take(OrderMove move)
    {
        _system.Tick();
        switch (move.Kind)
        {
            case OrderMoveKind.Place: Place(move.Order, move.Fault); break;
            case OrderMoveKind.SetStock: _system.Send(move.Set); break;
            case OrderMoveKind.Restock: _system.Send(move.Restock); break;
            case OrderMoveKind.Deliver: Deliver(move); break;
            case OrderMoveKind.LoseCall or OrderMoveKind.RepeatCall: Misdirect(move); break;
            case OrderMoveKind.Continue: Continue(move); break;
            case OrderMoveKind.TimeOut: TimeOut(move); break;
            default: if (_placed.Count > 0) TakeWithOrder(move, _placed.Count - (move.Pick % Math.Min(Newest, _placed.Count))); break;
        }
    }

    private void TakeWithOrder(OrderMove move, int id)
    {
        var by = move.By(_placed[id - 1].UserId);
        switch (move.Kind)
        {
            case OrderMoveKind.PlaceAgain: PlaceAgain(move, id); break;
            case OrderMoveKind.ChangeStatus: Change(move, id, by, order => OrderLifecycle.ChangeStatus(order, move.Change(by), _system.Now)); break;
            case OrderMoveKind.Expire: Send(id, activation => activation.Change(order => OrderLifecycle.Expire(order, _system.Now)), move.Fault); break;
            case OrderMoveKind.Delete: Change(move, id, by, order => OrderLifecycle.Delete(order, by, _system.Now)); break;
            case OrderMoveKind.SupersededStep: if (_system.Order(id) is { } order) SupersededSteps.AreRefused(order, move.Choice, _system.Now); break;
            case OrderMoveKind.LoseActivation: LoseActivation(id, keepsRunning: move.Choice % 2 == 0); break;
            case OrderMoveKind.Resume: Send(id, activation => activation.Resume()); break;
        }
    }

    private void PlaceAgain(OrderMove move, int id)
    {
        var command = (move.Choice % 4) switch
        {
            0 => _placed[id - 1] with { Items = move.Cart },
            1 => move.Order,
            _ => _placed[id - 1],
        };
        var before = _system.Order(id);
        Send(id, activation => activation.Place(command), move.Fault);
        if (before is not null) Assert.Same(before, _system.Order(id));
    }

    private void Change(OrderMove move, int id, Caller by, Func<OrderState, OrderDecision> decide)
    {
        var before = _system.Order(id);
        Send(id, activation => activation.Change(decide), move.Fault);
        if (before is not null && !by.SeesAll && !by.MayActFor(before.UserId)) Assert.Same(before, _system.Order(id));
    }

    private void Deliver(OrderMove move)
    {
        var products = _system.ProductsCalled.ToList();
        if (products.Count == 0) return;

        var productId = products[move.Pick % products.Count];
        var calls = _system.InFlight(productId);
        var first = move.Pick % 3 == 0 ? move.Choice % calls.Count : 0;   // sometimes later calls overtake earlier ones
        var arrived = calls.GetRange(first, Math.Min(1 + (move.Choice % MaxCallsInAWrite), calls.Count - first));
        calls.RemoveRange(first, arrived.Count);
        _system.Deliver(productId, arrived, move.Fault);
    }

    /// <summary>Loses a call, or delivers it twice.</summary>
    private void Misdirect(OrderMove move)
    {
        var products = _system.ProductsCalled.ToList();
        if (products.Count == 0) return;

        var calls = _system.InFlight(products[move.Pick % products.Count]);
        var call = calls[move.Choice % calls.Count];
        _log?.Invoke($"{call} ({move.Kind})");
        if (move.Kind == OrderMoveKind.RepeatCall)
        {
            calls.Add(call.Again());
            return;
        }

        calls.Remove(call);
        call.Lose();
    }

    private void Continue(OrderMove move)
    {
        var ready = _running.Where(activation => activation.CanContinue).ToList();
        if (ready.Count == 0) return;

        var run = ready[move.Pick % ready.Count];
        run.NextWrite = move.Fault;
        run.Continue();
        run.NextWrite = WriteFault.None;
        if (!run.IsRunning) _running.Remove(run);
    }

    private void TimeOut(OrderMove move)
    {
        if (_running.Count == 0) return;

        var run = _running[move.Pick % _running.Count];
        _log?.Invoke($"order {run.Id}: its run times out");
        run.TimeOut();
    }

    /// <summary>The order's next call finds a new activation; the old one is gone, or cut off and still running.</summary>
    private void LoseActivation(int id, bool keepsRunning)
    {
        if (!_activations.Remove(id, out var lost)) return;

        _log?.Invoke($"order {id}: its activation is lost{(keepsRunning ? " but still running" : "")}");
        if (!keepsRunning) _running.Remove(lost);
    }

    private void Send(int id, Action<OrderActivation> command, WriteFault fault = WriteFault.None)
    {
        if (!_activations.TryGetValue(id, out var activation)) _activations[id] = activation = new(id, _system);
        activation.NextWrite = fault;
        command(activation);
        activation.NextWrite = WriteFault.None;
        if (activation.IsRunning && !_running.Contains(activation)) _running.Add(activation);
    }
}
