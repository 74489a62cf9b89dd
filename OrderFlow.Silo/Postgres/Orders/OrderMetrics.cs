using System.Diagnostics.Metrics;
using OrderFlow.Orders;
using OrderFlow.Recovery;

namespace OrderFlow.Silo.Postgres.Orders;

/// <summary>Counts the outcomes of orders as they are committed, without ids as tags.</summary>
internal sealed class OrderMetrics
{
    public const string MeterName = RecoveryMetrics.MeterName;

    private static readonly InstrumentAdvice<double> Seconds = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300],
    };

    private const string OtherReason = "other";

    private readonly Counter<long> _outcomes;
    private readonly Histogram<double> _settled;

    public OrderMetrics(IMeterFactory meters)
    {
        var meter = meters.Create(MeterName);
        _outcomes = meter.CreateCounter<long>("orderflow.orders.outcomes", "{order}", "Changes of orders by outcome: placed, reserved, failed, cancelled, reopened, confirmed, fulfilled; cancelled with its reason.");
        _settled = meter.CreateHistogram(
            "orderflow.orders.settle.duration", "s", "Time from when an order was placed or reopened until it was reserved or failed.", advice: Seconds);
    }

    /// <summary>Records a change that was committed together with its event.</summary>
    public void RecordChange(OrderState order, OrderEvent @event)
    {
        var (name, isSettled) = OutcomeOf(@event.Type);
        var outcome = new KeyValuePair<string, object?>("outcome", name);
        if (@event is OrderCancelled cancelled) _outcomes.Add(1, outcome, Reason(cancelled.Reason));
        else _outcomes.Add(1, outcome);
        if (isSettled && PendingSince(order) is { } since) _settled.Record(Math.Max(0, (@event.OccurredAt - since).TotalSeconds), outcome);   // the clocks of two silos may differ
    }

    /// <summary>Exports every outcome at zero: an alert cannot see the rate of a counter that appears with its first order.</summary>
    public void StartAtZero()
    {
        foreach (var type in Enum.GetValues<OrderEventType>().Except([OrderEventType.Cancelled])) _outcomes.Add(0, new KeyValuePair<string, object?>("outcome", OutcomeOf(type).Name));
        foreach (var reason in CancelReasons.All.Append(OtherReason)) _outcomes.Add(0, new("outcome", OutcomeOf(OrderEventType.Cancelled).Name), Reason(reason));
    }

    /// <summary>The outcome's name, and whether the time that the order was pending is recorded with it.</summary>
    private static (string Name, bool IsSettled) OutcomeOf(OrderEventType type) => type switch
    {
        OrderEventType.Created => ("placed", false),
        OrderEventType.Reserved => ("reserved", true),
        OrderEventType.Failed => ("failed", true),
        OrderEventType.Cancelled => ("cancelled", false),
        OrderEventType.Reopened => ("reopened", false),
        OrderEventType.Confirmed => ("confirmed", false),
        OrderEventType.Fulfilled => ("fulfilled", false),
    };

    /// <summary>Admins' own texts share one value.</summary>
    private static KeyValuePair<string, object?> Reason(string reason) => new("reason", CancelReasons.All.Contains(reason) ? reason : OtherReason);

    private static DateTimeOffset? PendingSince(OrderState order) =>
        order.Transitions.LastOrDefault(transition => transition.Status == OrderStatus.Pending)?.At;
}
