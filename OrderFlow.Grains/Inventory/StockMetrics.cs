using System.Diagnostics.Metrics;

namespace OrderFlow.Inventory;

/// <summary>Counts what fulfilled orders take from the stock.</summary>
internal sealed class StockMetrics
{
    /// <summary>The meter of stock.</summary>
    public const string MeterName = "OrderFlow.Stock";

    private readonly Counter<long> _consumed;

    public StockMetrics(IMeterFactory meters) => _consumed = meters.Create(MeterName).CreateCounter<long>(
        "orderflow.stock.consumptions", "{reservation}",
        "Reservations of fulfilled orders; result: consumed, missing where there was none, released where the units had been released before.");

    public void Consumed(ConsumeOutcome outcome) => _consumed.Add(1, Result(outcome));

    /// <summary>Exports every result at zero: an alert misses the first increase of a counter that appears with it.</summary>
    public void StartAtZero()
    {
        foreach (var outcome in Enum.GetValues<ConsumeOutcome>()) _consumed.Add(0, Result(outcome));
    }

    private static KeyValuePair<string, object?> Result(ConsumeOutcome outcome) => new("result", outcome switch
    {
        ConsumeOutcome.Consumed => "consumed",
        ConsumeOutcome.Missing => "missing",
        ConsumeOutcome.Released => "released",
    });
}
