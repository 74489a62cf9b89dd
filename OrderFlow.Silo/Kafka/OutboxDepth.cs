using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.Silo.Postgres;

namespace OrderFlow.Silo.Kafka;

/// <summary>How many events wait to be published and for how long, looked up now and then.</summary>
internal sealed class OutboxDepth(Postgres.Outbox outbox, TimeProvider time) : BackgroundService, IHealthCheck
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(4);

    private volatile OutboxBacklog _backlog = new(0, null);

    /// <summary>Events that wait, up to <see cref="Postgres.Outbox.CountLimit"/>.</summary>
    public long Rows => _backlog.Rows;

    /// <summary>How long the oldest has waited; zero where none does.</summary>
    public TimeSpan OldestAge => _backlog.Oldest is { } oldest && time.GetUtcNow() - oldest is var age && age > TimeSpan.Zero ? age : TimeSpan.Zero;

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(HealthCheckResult.Healthy(Rows == 0 ? "empty" : $"{(Rows == Postgres.Outbox.CountLimit ? "at least " : "")}{Rows} events wait, the oldest for {OldestAge.TotalSeconds:0} s"));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                using var patience = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
                patience.CancelAfter(Patience);
                _backlog = await outbox.Measure(patience.Token);
            }
            catch (Exception) when (!stoppingToken.IsCancellationRequested)
            {
                // The database is away, which its own health check says; the last known depth stands.
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
