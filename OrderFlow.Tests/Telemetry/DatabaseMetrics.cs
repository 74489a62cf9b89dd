using System.Diagnostics.Metrics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OrderFlow.Outbox;
using OrderFlow.Silo.Outbox;
using OrderFlow.Silo.Postgres;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Telemetry;

/// <summary>Metrics of the database, which one silo measures for the cluster.</summary>
public sealed class DatabaseMetrics
{
    [Fact]
    public async Task One_silo_of_two_measures_pending_orders_and_the_oldest_snapshot()
    {
        await using var cluster = await OrderFlowCluster.Start(silos: 2);
        var silos = cluster.AllSiloServices.Select(services => services.GetRequiredService<IMeterFactory>()).ToList();

        var shown = await Eventually.Get(
            "a silo to show its measurements",
            () => Task.FromResult(silos.ConvertAll(silo => Names(silo).Intersect(["orderflow.orders.pending", "orderflow.postgres.oldest_snapshot.age"]).Count())),
            names => names.Sum() >= 2);

        Assert.Equal([0, 2], shown.Order());
    }

    [Fact]
    public async Task The_age_of_a_snapshot_is_that_of_its_transaction()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await using var connections = NpgsqlDataSource.Create(database.ConnectionString);
        await using var elsewhere = await PostgresServer.Shared.CreateDatabase();
        await using var stranger = await elsewhere.Open();
        await using (var longAgo = new NpgsqlCommand("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT now()", stranger)) await longAgo.ExecuteNonQueryAsync();
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        var meters = services.GetRequiredService<IMeterFactory>();
        await using var reader = await database.Open();
        await using var begin = new NpgsqlCommand("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT now()", reader);
        var since = new DateTimeOffset((DateTime)(await begin.ExecuteScalarAsync())!);
        var oldest = new OldestSnapshotMetrics(meters, connections, new FakeTimeProvider(since + TimeSpan.FromHours(1)));
        await oldest.StartAsync(default);

        Assert.Empty(Values(meters));
        await oldest.Measure(default);
        Assert.Equal([3600], Values(meters));

        await using (var end = new NpgsqlCommand("COMMIT", reader)) await end.ExecuteNonQueryAsync();
        await oldest.Measure(default);
        Assert.Equal([0], Values(meters));
        oldest.Clear();
        Assert.Empty(Values(meters));
    }

    [Fact]
    public async Task While_a_lock_keeps_the_outbox_from_being_read_its_health_check_is_degraded()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        await using var connections = NpgsqlDataSource.Create(database.ConnectionString);
        await using var services = new ServiceCollection().AddMetrics().BuildServiceProvider();
        using var metrics = new OutboxMetrics(services.GetRequiredService<IMeterFactory>(), new OutboxTable(connections, connections), new OutboxRelayStatus(), TimeProvider.System);
        await using var session = await database.Open();
        await using (var hold = new NpgsqlCommand("BEGIN; LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE", session)) await hold.ExecuteNonQueryAsync();
        await metrics.StartAsync(default);

        var locked = await Eventually.Get("a degraded outbox", () => metrics.CheckHealthAsync(new()), health => health.Status == HealthStatus.Degraded);
        Assert.StartsWith("The outbox cannot be read since ", locked.Description, StringComparison.Ordinal);

        await using (var release = new NpgsqlCommand("COMMIT", session)) await release.ExecuteNonQueryAsync();
        await Eventually.Get("a healthy outbox", () => metrics.CheckHealthAsync(new()), health => health.Status == HealthStatus.Healthy);
        await metrics.StopAsync(default);
    }

    private static List<double> Values(IMeterFactory meters) =>
        [.. Observe(meters).Where(seen => seen.Name == "orderflow.postgres.oldest_snapshot.age").Select(seen => seen.Value)];

    private static IEnumerable<string> Names(IMeterFactory meters) => Observe(meters).Select(seen => seen.Name);

    private static List<(string Name, double Value)> Observe(IMeterFactory meters)
    {
        var seen = new List<(string, double)>();
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, self) =>
            {
                if (instrument.Meter.Scope == meters && instrument.IsObservable) self.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((instrument, value, _, _) => seen.Add((instrument.Name, value)));
        listener.SetMeasurementEventCallback<long>((instrument, value, _, _) => seen.Add((instrument.Name, value)));
        listener.Start();
        listener.RecordObservableInstruments();
        return seen;
    }
}
