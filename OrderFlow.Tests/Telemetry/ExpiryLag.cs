using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Recovery;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Telemetry;

/// <summary>The lag of the job that expires orders, which an alert is based on.</summary>
public sealed class ExpiryLag
{
    /// <summary>Several runs of the job.</summary>
    private const double Seconds = 5;

    [Theory]
    [InlineData(1)]
    [InlineData(ExpiryGrain.BatchSize)]   // all of one batch, and the next is empty
    public async Task The_lag_grows_while_expired_orders_cannot_be_cancelled(int orders)
    {
        await using var cluster = await OrderFlowCluster.Start(silos: 1);
        await using var insert = cluster.Database.CreateCommand($"""
            INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version, expires_at)
            SELECT id, 'alice', 'reserved', '"unreadable"', 1, 1, false, '[]', now(), now(), 2, now() - interval '1 second' FROM generate_series(1, {orders}) AS id
            """);
        await insert.ExecuteNonQueryAsync();
        var meters = cluster.AllSiloServices.Single().GetRequiredService<IMeterFactory>();

        await Eventually.Get($"a lag of {Seconds} s", () => Task.FromResult(Lag(meters)), lag => lag > Seconds);
        await using var repaired = cluster.Database.CreateCommand("DELETE FROM orders");
        await repaired.ExecuteNonQueryAsync();

        await Eventually.Get("the lag to end", () => Task.FromResult(Lag(meters)), lag => lag < Seconds);
    }

    private static double Lag(IMeterFactory meters)
    {
        var lag = 0d;
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == meters && instrument.Name == "orderflow.recovery.lag") self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, value, tags, _) =>
        {
            if (tags[0].Value is "expire orders") lag = value;
        });
        listener.Start();
        listener.RecordObservableInstruments();
        return lag;
    }
}
