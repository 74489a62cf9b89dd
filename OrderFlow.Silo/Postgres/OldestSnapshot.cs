using System.Diagnostics.Metrics;
using Npgsql;
using OrderFlow.Recovery;
using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// For how long the oldest snapshot of the database has been held: rows that died since cannot be vacuumed, and are read past ever again. One silo looks for all.
/// </summary>
internal sealed class OldestSnapshot(IMeterFactory meters, NpgsqlDataSource database, TimeProvider time) : IHostedService, IClusterMeasurement
{
    // Slots and standbys name a transaction and no time: those are timed here, from when they were first seen at it. Vacuums hold nothing back from each other.
    private const string Find = """
        SELECT 'session ' || pid, coalesce(backend_xmin, backend_xid)::text, xact_start FROM pg_stat_activity
        WHERE coalesce(backend_xmin, backend_xid) IS NOT NULL AND (datname = current_database() OR datname IS NULL)
          AND pid <> pg_backend_pid() AND backend_type <> 'autovacuum worker'
        UNION ALL
        SELECT 'slot ' || slot_name, xmin::text, NULL FROM pg_replication_slots WHERE xmin IS NOT NULL
        UNION ALL
        SELECT 'prepared transaction ' || gid, transaction::text, prepared FROM pg_prepared_xacts WHERE database = current_database()
        """;

    private Dictionary<(string Holder, string Transaction), DateTimeOffset> _held = [];
    private volatile Since? _oldest;

    public string Name => "measure the oldest snapshot";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        meters.Create(CommitMetrics.MeterName).CreateObservableGauge(
            "orderflow.postgres.oldest_snapshot.age", Shown, "s", "How long the oldest snapshot has been held, by a session, a replication slot or a prepared transaction.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task Measure(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var held = new Dictionary<(string Holder, string Transaction), DateTimeOffset>();
        await using var command = database.CreateCommand(Find);
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken))
        {
            var holder = (rows.GetString(0), rows.GetString(1));
            held[holder] = rows.GetTimeOrNull(2) ?? (_held.TryGetValue(holder, out var seen) ? seen : now);
        }

        _held = held;
        _oldest = new(held.Count == 0 ? null : held.Values.Min());
    }

    public void Clear() => (_held, _oldest) = ([], null);

    private IEnumerable<Measurement<double>> Shown() => _oldest is { } oldest ? [new(time.AgeOf(oldest.Time).TotalSeconds)] : [];

    private sealed record Since(DateTimeOffset? Time);
}
