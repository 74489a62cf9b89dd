using System.Diagnostics.Metrics;

namespace OrderFlow.Orders;

/// <summary>What recovery has to do, counted by whichever silo it runs on. Part of the meter <c>OrderFlow.Orders</c>.</summary>
internal sealed class RecoveryMetrics(IMeterFactory meters)
{
    private readonly Counter<long> _resumed = meters.Create("OrderFlow.Orders").CreateCounter<long>(
        "orderflow.recovery.resumed", "{order}", "Orders that were left lying and were taken up again; result: finished, or left for the next look.");

    public void Resumed(bool finished) => _resumed.Add(1, new KeyValuePair<string, object?>("result", finished ? "finished" : "left"));
}
