using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Placement;
using Orleans.Storage;

namespace OrderFlow.Orders;

/// <inheritdoc cref="IOrderGrain"/>
/// <remarks>
/// Commands run one at a time; reads and <see cref="Resume"/> interleave with them. Writes queue up behind one another, each decided on what
/// the last one left.
/// </remarks>
[GrainType("order"), PreferLocalPlacement]
internal sealed partial class OrderGrain(
    [FromKeyedServices(StorageNames.Orders)] IGrainStorage storage,
    IGrainContext context,
    IGrainFactory grains,
    IOrderIdSequence ids,
    TimeProvider time,
    ILogger<OrderGrain> log) : Grain, IOrderGrain
{
    /// <summary>How many tries one run makes where stock is busy; then recovery has the order go on.</summary>
    public const int TriesAtOnce = 8;

    /// <summary>How long a cancel waits for its stock to be given back; the order is cancelled before that, and goes on releasing after.</summary>
    private static readonly TimeSpan ReleaseWait = CallTimeouts.MaxGrainWait;

    private static readonly TimeSpan LongestPause = TimeSpan.FromMilliseconds(40);

    private readonly GrainRecord<OrderRecord> _record = new(storage, "order", context.GrainId);
    private readonly AsyncLock _turns = new();
    private Task? _running;

    /// <summary>
    /// The try that this activation began and has not gone through yet. No other is gone on with: whoever began it may be lost, or still be at it.
    /// </summary>
    private int _ownAttempt;

    public async Task<OrderResult> Place(PlaceOrder command)
    {
        OrderState? before = null;
        OrderDecision Again(OrderState order) => OrderLifecycle.PlaceAgain(before = order, command);
        var decision = await PlaceNew(command, Again) ?? await Commit(Again);

        // An order of 1.0.0 with the same body may be another request's: the API knows, and asks for another id, as it does where the id is taken.
        var isTaken = decision.Outcome == Outcome.IdTaken || (decision.Next is null && before is { RequestId: null });
        if (isTaken) await ids.MoveBeyondOrders();   // before the answer
        if (decision.Outcome != Outcome.Ok) return Answer(decision);

        var order = decision.Next ?? before!;
        if (order.IsUnsettled) this.AsReference<IOrderGrain>().Resume().Ignore();   // goes on after the caller has its answer
        return OrderResult.Ok(order.AsPlaced()) with { WasPlacedBefore = decision.Next is null };
    }

    public async Task<OrderResult> Get(Caller by) => await Read(by) is { } order ? OrderResult.Ok(order.ToOrder()) : OrderResult.NotFound;

    public async Task<OrderTransitions> GetTransitions(Caller by, long afterVersion) => await Read(by) is { } order
        ? new(Outcome.Ok, [.. order.Transitions.Where(transition => transition.Version > afterVersion)])
        : OrderTransitions.NotFound;

    public Task<OrderResult> ChangeStatus(OrderStatus target, Caller by, IfVersion ifVersion) =>
        Change(order => OrderLifecycle.ChangeStatus(order, target, by, Now, ifVersion));

    public Task<OrderResult> Delete(Caller by, IfVersion ifVersion) => Change(order => OrderLifecycle.Delete(order, by, Now, ifVersion));

    public async Task<OrderResult> GetSettled(Caller by, TimeSpan patience)
    {
        var now = await Get(by);
        if (now.Order?.Status != OrderStatus.Pending) return now;

        await WaitFor(Resume(), patience < CallTimeouts.MaxGrainWait ? patience : CallTimeouts.MaxGrainWait);
        return await Get(by);
    }

    public Task Resume() => _running is { IsCompleted: false } running ? running : _running = Finish();

    /// <summary>The order as it is persisted; null where there is none that this caller may know of.</summary>
    private async Task<OrderState?> Read(Caller by)
    {
        var order = (await _record.ReadForQuery())?.Order;
        if (order is null) DeactivateOnIdle();   // made-up ids must not fill the memory

        return order is null || OrderLifecycle.IsHiddenFrom(order, by) ? null : order;
    }

    private DateTimeOffset Now => time.GetUtcMilliseconds();

    private async Task<OrderResult> Change(Func<OrderState, OrderDecision> decide)
    {
        OrderState? before = null;
        var decision = await Commit(order => decide(before = order));
        if (decision.Next is { IsUnsettled: true } changed)
        {
            var finishing = this.AsReference<IOrderGrain>().Resume();
            if (changed.Releasing) await WaitFor(finishing, ReleaseWait);
        }

        return Answer(decision, decision.Next ?? before);
    }

    /// <summary>Waits until the work is done, has failed or takes too long; which of these it was, the order's state tells.</summary>
    private async Task WaitFor(Task work, TimeSpan patience) => await work.WaitAsync(patience, time)
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    /// <summary>Takes the order as far as it can go: gives back what is to be given back, and tries to reserve while it is pending.</summary>
    private async Task Finish()
    {
        try
        {
            if (_record.MayBeStale || _record.Value?.Order is not { IsUnsettled: true }) await LookAgain();
            for (var tries = 0; _record.Value?.Order is { IsUnsettled: true } order;)
            {
                if (order.Releasing)
                    await Release(order);
                else if (tries == TriesAtOnce)
                    return;
                else if (order.Attempt != _ownAttempt)
                    await Commit(now => OrderLifecycle.TryAgain(now, order.Attempt, Now));   // whoever is still at it can do nothing any more
                else
                    await Reserve(order, inTurn: tries++ > 0);
            }
        }
        catch (Exception error)
        {
            // Not the order's fault: it stays as it is persisted, and recovery has it go on.
            LogLeftToRecovery(this.GetPrimaryKeyLong(), error.GetType().Name, error.Message);
            throw;
        }
    }

    /// <summary>
    /// Whoever has this order go on has seen it unfinished. Where it is not by what this grain knows, that may be older: a silo that was cut off, and did not
    /// know that its grains live elsewhere now, has written since.
    /// </summary>
    private async Task LookAgain()
    {
        using var turn = await _turns.Acquire();
        await _record.Reload();
    }

    private async Task Reserve(OrderState order, bool inTurn)
    {
        _ownAttempt = 0;   // a try is gone through once: after one that broke off, a call of it may still be on its way
        var stock = new OrderStock(grains, order);
        var answers = inTurn ? await stock.ReserveInTurn() : await stock.ReserveAtOnce();
        var verdict = ReservationVerdict.Of(answers, order.AgreedTotal);
        if (verdict.TotalAmount is { } total)
        {
            await Commit(now => OrderLifecycle.Reserve(now, order.Attempt, total, Now));
            return;
        }

        // All is given back before the order says that it failed or tries anew: a failed order holds nothing.
        await stock.Release();
        if (verdict.FailReason is { } reason)
        {
            await Commit(now => OrderLifecycle.Fail(now, order.Attempt, reason, Now));
            return;
        }

        await Commit(now => OrderLifecycle.TryAgain(now, order.Attempt, Now));
        await Task.Delay(LongestPause * Random.Shared.NextDouble(), time);
    }

    private async Task Release(OrderState order)
    {
        await new OrderStock(grains, order).Release();
        await Commit(now => OrderLifecycle.Released(now, order.Attempt, Now));
    }

    /// <summary>A new order's id was just handed out, so there is no row to read. Null where there is one after all: then the insert was refused.</summary>
    private async Task<OrderDecision?> PlaceNew(PlaceOrder command, Func<OrderState, OrderDecision> again)
    {
        try
        {
            return await Commit(() => Task.FromResult(_record.Value is { } known
                ? again(known.Order)
                : OrderLifecycle.Place(this.GetPrimaryKeyLong(), command, Now)));
        }
        catch (InconsistentStateException)
        {
            return null;
        }
    }

    private async Task<OrderDecision> Commit(Func<OrderState, OrderDecision> decide)
    {
        var decision = await Commit(async () => await _record.ReadForUpdate() is { } record ? decide(record.Order) : OrderDecision.NotFound);
        if (_record.Value is null) DeactivateOnIdle();
        return decision;
    }

    /// <summary>
    /// Decides on what is persisted, and persists what was decided together with its event. After a write that failed, the next decision reads anew.
    /// </summary>
    private async Task<OrderDecision> Commit(Func<Task<OrderDecision>> decide)
    {
        using var turn = await _turns.Acquire();
        var decision = await decide();
        if (decision.Next is { } next)
        {
            var attempt = _record.Value?.Order.Attempt;
            await _record.Write(new(next, decision.Event));
            if (next.Attempt != attempt) _ownAttempt = next.Attempt;
            if (decision.Event is { } told) LogTold(told.Type.ToName(), told.OrderId, told.Version);
        }

        return decision;
    }

    /// <param name="decision">What was decided.</param>
    /// <param name="order">The order as the decision left it: where a later write has failed nothing newer is known.</param>
    private OrderResult Answer(OrderDecision decision, OrderState? order = null) => decision.Outcome switch
    {
        Outcome.Ok => OrderResult.Ok((_record.Value?.Order ?? order!).ToOrder()),
        Outcome.Stale => new(decision.Outcome, (_record.Value?.Order ?? order!).ToOrder(), decision.Reason),
        _ => new(decision.Outcome, Reason: decision.Reason, AllowedStatuses: decision.AllowedStatuses, WasDeletedBefore: decision.WasDeletedBefore),
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "{EventType}: order {OrderId}, version {Version}")]
    private partial void LogTold(string eventType, long orderId, long version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Order {OrderId} could not go on, recovery will have it try again; {Error}: {Reason}")]
    private partial void LogLeftToRecovery(long orderId, string error, string reason);
}
