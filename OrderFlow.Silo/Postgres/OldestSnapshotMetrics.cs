using System.Diagnostics.Metrics;
using Npgsql;
using OrderFlow.Recovery;
using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Measures how long the oldest snapshot of the database has been held: rows that died since then cannot be vacuumed, and scans keep reading past them.
/// One silo measures for the cluster.
/// </summary>
internal sealed class OldestSnapshotMetrics(IMeterFactory meters, NpgsqlDataSource database, TimeProvider time) : IHostedService, IClusterMeasurement
{
    // Slots and standbys show a transaction but no time: their age counts from when this class first saw them at it. Vacuums do not hold each other back.
    private const string FindHolders = """
        SELECT 'session ' || pid, coalesce(backend_xmin, backend_xid)::text, xact_start FROM pg_stat_activity
        WHERE coalesce(backend_xmin, backend_xid) IS NOT NULL AND (datname = current_database() OR datname IS NULL)
          AND pid <> pg_backend_pid() AND backend_type <> 'autovacuum worker'
        UNION ALL
        SELECT 'slot ' || slot_name, xmin::text, NULL FROM pg_replication_slots WHERE xmin IS NOT NULL
        UNION ALL
        SELECT 'prepared transaction ' || gid, transaction::text, prepared FROM pg_prepared_xacts WHERE database = current_database()
        """;

    private Dictionary<(string Holder, string Transaction), DateTimeOffset> _heldSince = [];
    private volatile Measured? _oldest;

    public string Name => "measure the oldest snapshot";

    public Task StartAsync(CancellationToken cancellationToken)
    {
        meters.Create(CommitMetrics.MeterName).CreateObservableGauge(
            "orderflow.postgres.oldest_snapshot.age", Observe, "s", "How long the oldest snapshot has been held, by a session, a replication slot or a prepared transaction.");
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task Measure(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var heldSince = new Dictionary<(string Holder, string Transaction), DateTimeOffset>();
        await foreach (var row in database.CreateCommand(FindHolders).ReadRows(cancellationToken))
        {
            var holder = (row.GetString(0), row.GetString(1));
            heldSince[holder] = row.GetTimeOrNull(2) ?? _heldSince.GetValueOrDefault(holder, now);
        }

        _heldSince = heldSince;
        _oldest = new(heldSince.Count == 0 ? null : heldSince.Values.Min());
    }

    public void Clear() => (_heldSince, _oldest) = ([], null);

    private IEnumerable<Measurement<double>> Observe() => _oldest is { } oldest ? [new(time.AgeOf(oldest.HeldSince).TotalSeconds)] : [];

    /// <param name="HeldSince">Null where no snapshot is held.</param>
    private sealed record Measured(DateTimeOffset? HeldSince);
}
