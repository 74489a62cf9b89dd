using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Outbox;

/// <summary>How many events wait to be published and for how long, looked up now and then.</summary>
internal sealed class OutboxDepth(OutboxTable outbox, TimeProvider time) : PollingService(time), IHealthCheck
{
    private volatile OutboxBacklog _backlog = new(0, null);

    /// <summary>Events that wait, up to <see cref="OutboxTable.CountLimit"/>.</summary>
    public long Rows => _backlog.Rows;

    /// <summary>How long the oldest has waited; zero where none does.</summary>
    public TimeSpan OldestAge => AgeOf(_backlog.Oldest);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(HealthCheckResult.Healthy(Rows == 0 ? "empty" : $"{(Rows == OutboxTable.CountLimit ? "at least " : "")}{Rows} events wait, the oldest for {OldestAge.TotalSeconds:0} s"));

    protected override async Task Poll(CancellationToken cancellationToken) => _backlog = await outbox.Measure(cancellationToken);
}
