using System.Diagnostics.Metrics;

namespace OrderFlow.Orders;

/// <summary>What recovery has to do, counted by whichever silo it runs on.</summary>
internal sealed class RecoveryMetrics(IMeterFactory meters)
{
    /// <summary>The meter of all that is counted of orders.</summary>
    public const string MeterName = "OrderFlow.Orders";

    private readonly Counter<long> _resumed = meters.Create(MeterName).CreateCounter<long>(
        "orderflow.recovery.resumed", "{order}", "Orders that were left lying and were taken up again; result: finished, or left for the next look.");

    public void Resumed(bool finished) => _resumed.Add(1, Result(finished));

    /// <summary>Tells that nothing was counted yet: a counter that appears with its first order has no rate that an alert could see.</summary>
    public void StartAtZero()
    {
        foreach (var finished in new[] { true, false }) _resumed.Add(0, Result(finished));
    }

    private static KeyValuePair<string, object?> Result(bool finished) => new("result", finished ? "finished" : "left");
}
