using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Outbox;

/// <summary>Polls how many events wait to be published, and for how long.</summary>
internal sealed class OutboxDepth(OutboxTable outbox, TimeProvider time) : PollingService(time), IHealthCheck
{
    private volatile OutboxBacklog _backlog = new(0, null);

    /// <summary>Waiting events, up to <see cref="OutboxTable.CountLimit"/>.</summary>
    public long Rows => _backlog.Rows;

    /// <summary>The age of the oldest waiting event; zero where none waits.</summary>
    public TimeSpan OldestAge => AgeOf(_backlog.Oldest);

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(HealthCheckResult.Healthy(Rows == 0 ? "empty" : $"{(Rows == OutboxTable.CountLimit ? "at least " : "")}{Rows} events wait, the oldest for {OldestAge.TotalSeconds:0} s"));

    protected override async Task Poll(CancellationToken cancellationToken) => _backlog = await outbox.Measure(cancellationToken);
}
