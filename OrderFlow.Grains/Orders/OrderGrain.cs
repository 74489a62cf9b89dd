using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orleans.Placement;
using Orleans.Storage;

namespace OrderFlow.Orders;

/// <inheritdoc cref="IOrderGrain"/>
/// <remarks>Commands run one at a time; reads and <see cref="Resume"/> interleave with them. Commits run one at a time, each decided on the one before.</remarks>
[GrainType("order"), PreferLocalPlacement]
internal sealed partial class OrderGrain(
    [FromKeyedServices(StorageNames.Orders)] IGrainStorage storage,
    IGrainContext context,
    IGrainFactory grains,
    IOrderIdSequence ids,
    RollingUpgrade upgrade,
    IOptions<OrderOptions> options,
    TimeProvider time,
    ILogger<OrderGrain> log) : Grain, IOrderGrain, IOrderFulfilmentGrain
{
    /// <summary>Attempts of one run while stock is contended; after them recovery resumes the order.</summary>
    public const int MaxAttemptsPerRun = 8;

    private static readonly TimeSpan MaxAttemptDelay = TimeSpan.FromMilliseconds(40);

    private readonly GrainRecord<OrderRecord> _record = new(storage, "order", context.GrainId);
    private readonly AsyncLock _commits = new();
    private Task? _settling;

    /// <summary>The attempt that this activation persisted and has not begun. It begins no others: lost activations may still be working on them.</summary>
    private int _ownAttempt;

    public async Task<OrderResult> Place(PlaceOrder command)
    {
        if (command.NeedsUpgradedSilos && !upgrade.IsComplete()) return new(Outcome.Unsupported);

        var (decision, order) = await InsertOrRead(command);
        var isNew = decision.Next is not null;

        // A 1.0.0 order with the same body may belong to another request. Only the API can tell, and then asks for another id, as where the id is taken.
        if (decision.Outcome == Outcome.IdTaken || (!isNew && order is { RequestId: null })) await ids.MoveBeyondOrders();   // before the answer
        if (decision.Outcome != Outcome.Ok) return Answer(decision, order);

        if (order!.IsUnsettled) this.AsReference<IOrderGrain>().Resume().Ignore();   // continues after the answer
        return OrderResult.Ok(order.AsPlaced()) with { WasPlacedBefore = !isNew };
    }

    public async Task<OrderResult> Get(Caller by) => await Read(by) is { } order ? OrderResult.Ok(order.ToOrder()) : OrderResult.NotFound;

    public async Task<OrderTransitions> GetTransitions(Caller by, long afterVersion) => await Read(by) is { } order
        ? new(Outcome.Ok, [.. order.Transitions.Where(transition => transition.Version > afterVersion)])
        : OrderTransitions.NotFound;

    public async Task<OrderResult> ChangeStatus(OrderStatus target, Caller by, IfVersion ifVersion)
    {
        var result = await ChangeStatus(new ChangeStatus(target, by, ifVersion));
        return result.AllowedStatuses.IsDefault
            ? result
            : result with { AllowedStatuses = result.AllowedStatuses.RemoveAll(status => new ChangeStatus(status, by).NeedsUpgradedSilos) };
    }

    public async Task<OrderResult> ChangeStatus(ChangeStatus command) => command.NeedsUpgradedSilos && !upgrade.IsComplete()
        ? new(Outcome.Unsupported)
        : await Change(order => OrderLifecycle.ChangeStatus(order, command, Now));

    public async Task<bool> Expire()
    {
        // The caller saw it reserved. Where memory says otherwise, an activation on a silo that was cut off may have written since.
        if (!_record.MayBeStale && _record.Value?.Order is not { Status: OrderStatus.Reserved, ExpiresAt: not null }) await Reload();
        var (_, order) = await Commit(order => OrderLifecycle.Expire(order, Now));
        if (order is { IsUnsettled: true }) this.AsReference<IOrderGrain>().Resume().Ignore();   // expiry does not wait for the stock of one order
        return order is not { Status: OrderStatus.Reserved, ExpiresAt: not null, IsDeleted: false };
    }

    public async Task<OrderContact?> GetContact() => await Read() is { IsDeleted: false } order ? order.Contact ?? new() : null;

    public async Task<Outcome> RemoveContact()
    {
        if (!_record.MayBeStale && _record.Value?.Order.Contact is null) await Reload();   // as in Expire
        var (decision, _) = await Commit(order => OrderLifecycle.RemoveContact(order, Now));
        return decision.Outcome;
    }

    public async Task<OrderResult> Delete(Caller by, IfVersion ifVersion)
    {
        var result = await Change(order => OrderLifecycle.Delete(order, by, Now, ifVersion));

        // Also where its event does so: orders in a final status publish none.
        if (_record.Value?.Order is { IsDeleted: true } deleted) grains.GetGrain<IContactGrain>(0).RemoveFromNotifications(deleted.Id, deleted.Version).Ignore();
        return result;
    }

    public async Task<OrderResult> GetSettled(Caller by, TimeSpan timeout)
    {
        var result = await Get(by);
        if (result.Order?.Status != OrderStatus.Pending) return result;

        await WaitFor(Resume(), timeout < CallTimeouts.MaxGrainWait ? timeout : CallTimeouts.MaxGrainWait);
        return await Get(by);
    }

    public Task Resume() => _settling is { IsCompleted: false } settling ? settling : _settling = Settle();

    /// <summary>The persisted order; null where there is none that this caller may know of.</summary>
    private async Task<OrderState?> Read(Caller by) => await Read() is { } order && !OrderLifecycle.IsHiddenFrom(order, by) ? order : null;

    /// <summary>The persisted order, deleted or not; null where there is none.</summary>
    private async Task<OrderState?> Read()
    {
        var order = (await _record.ReadForQuery())?.Order;
        if (order is null) DeactivateOnIdle();   // made-up ids must not fill the memory

        return order;
    }

    private DateTimeOffset Now => time.GetUtcMilliseconds();

    /// <summary>How long stock stays reserved by default; null while a silo cannot read an order that has expired.</summary>
    private TimeSpan? DefaultReserveFor => options.Value.ReservationLifetime is { } lifetime && upgrade.IsComplete() ? lifetime : null;

    private async Task<OrderResult> Change(Func<OrderState, OrderDecision> decide)
    {
        var (decision, order) = await Commit(decide);
        if (decision.Next is { IsUnsettled: true } changed)
        {
            var settling = this.AsReference<IOrderGrain>().Resume();
            if (changed.Releasing || changed.Consuming) await WaitFor(settling, CallTimeouts.MaxGrainWait);   // the change is persisted: the release may continue after the answer
        }

        return Answer(decision, order);
    }

    /// <summary>Waits until the work has succeeded or failed, or the timeout is over; the order's state shows which.</summary>
    private async Task WaitFor(Task work, TimeSpan timeout) => await work.WaitAsync(timeout, time)
        .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);

    /// <summary>Releases or consumes stock where that is due, and makes attempts while the order is pending.</summary>
    private async Task Settle()
    {
        try
        {
            // The caller saw it unsettled. Where memory says otherwise, an activation on a silo that was cut off may have written since.
            if (_record.MayBeStale || _record.Value?.Order is not { IsUnsettled: true }) await Reload();
            for (var attempts = 0; _record.Value?.Order is { IsUnsettled: true } order;)
            {
                if (order.Releasing)
                    await Release(order);
                else if (order.Consuming)
                    await Consume(order);
                else if (attempts == MaxAttemptsPerRun)
                    return;
                else if (order.Attempt != _ownAttempt)
                    await Commit(now => OrderLifecycle.NextAttempt(now, order.Attempt, Now));   // supersedes the attempt of a lost activation
                else
                    await Reserve(order, sequentially: attempts++ > 0);
            }
        }
        catch (Exception error)
        {
            // An infrastructure error never fails an order: it stays as it is persisted.
            LogNotSettled(this.GetPrimaryKeyLong(), error.GetType().Name, error.FullMessage());
            throw;
        }
    }

    private async Task Reload()
    {
        using var turn = await _commits.Acquire();
        await _record.Reload();
    }

    private async Task Reserve(OrderState order, bool sequentially)
    {
        _ownAttempt = 0;   // never begun twice: after an attempt that broke off, one of its calls may still arrive
        var stock = new OrderStock(grains, order);
        var answers = sequentially ? await stock.ReserveSequentially() : await stock.ReserveInParallel();
        var verdict = ReservationVerdict.Of(answers, order.AgreedTotal);
        if (verdict.TotalAmount is { } total)
        {
            await Commit(now => OrderLifecycle.Reserve(now, order.Attempt, total, Now));
            return;
        }

        // Before the order fails or makes its next attempt: a failed order holds nothing.
        await stock.Release();
        await Commit(now => verdict.FailReason is { } reason
            ? OrderLifecycle.Fail(now, order.Attempt, reason, Now)
            : OrderLifecycle.NextAttempt(now, order.Attempt, Now));
        if (verdict.NeedsNextAttempt) await Task.Delay(MaxAttemptDelay * Random.Shared.NextDouble(), time);
    }

    private async Task Release(OrderState order)
    {
        await new OrderStock(grains, order).Release();
        await Commit(now => OrderLifecycle.Released(now, order.Attempt, Now));
    }

    private async Task Consume(OrderState order)
    {
        await new OrderStock(grains, order).Consume();
        await Commit(now => OrderLifecycle.Consumed(now, order.Attempt, Now));
    }

    /// <summary>Inserts a new order without a read, because its id was just handed out; reads only where the insert finds a row.</summary>
    private async Task<(OrderDecision Decision, OrderState? Order)> InsertOrRead(PlaceOrder command)
    {
        using var turn = await _commits.Acquire();
        try
        {
            if (_record.Value is null) return await Persist(OrderLifecycle.Place(this.GetPrimaryKeyLong(), command, Now, DefaultReserveFor), before: null);
        }
        catch (InconsistentStateException)
        {
            await _record.ReadForUpdate();
        }

        return await Decide(order => OrderLifecycle.PlaceAgain(order, command));
    }

    private async Task<(OrderDecision Decision, OrderState? Order)> Commit(Func<OrderState, OrderDecision> decide)
    {
        using var turn = await _commits.Acquire();
        await _record.ReadForUpdate();
        return await Decide(decide);
    }

    private async Task<(OrderDecision Decision, OrderState? Order)> Decide(Func<OrderState, OrderDecision> decide)
    {
        if (_record.Value?.Order is { } order) return await Persist(decide(order), order);

        DeactivateOnIdle();
        return (OrderDecision.NotFound, null);
    }

    /// <returns>The decision, and the order as it left it.</returns>
    private async Task<(OrderDecision Decision, OrderState? Order)> Persist(OrderDecision decision, OrderState? before)
    {
        if (decision.Next is not { } next) return (decision, before);

        await _record.Write(new(next, decision.Event));
        if (next.Attempt != before?.Attempt) _ownAttempt = next.Attempt;
        if (decision.Event is { } @event) LogCommitted(@event.OrderId, @event.Name, @event.Version);
        return (decision, next);
    }

    /// <param name="decision">What was decided.</param>
    /// <param name="order">The order as the decision left it; the answer where a later write has failed, so that nothing newer is known.</param>
    private OrderResult Answer(OrderDecision decision, OrderState? order) => decision.Outcome switch
    {
        Outcome.Ok => OrderResult.Ok((_record.Value?.Order ?? order!).ToOrder()),
        Outcome.Stale => new(decision.Outcome, (_record.Value?.Order ?? order!).ToOrder(), decision.Reason),
        _ => new(decision.Outcome, Reason: decision.Reason, AllowedStatuses: decision.AllowedStatuses, WasDeletedBefore: decision.WasDeletedBefore),
    };

    [LoggerMessage(Level = LogLevel.Information, Message = "Order {OrderId} committed {EventType} as version {Version}")]
    private partial void LogCommitted(long orderId, string eventType, long version);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Order {OrderId} could not be completed; recovery will retry it. {Error}: {Reason}")]
    private partial void LogNotSettled(long orderId, string error, string reason);
}
