using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace OrderFlow.Silo.Kafka;

/// <summary>Degraded while Kafka is away: a silo is as ready without it, for no order waits for Kafka.</summary>
internal sealed class KafkaHealth(KafkaState state, ConnectivityCheck check, OrderEventConsumer consumer) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        state.Trouble is { } trouble ? HealthCheckResult.Degraded(trouble)
        : !check.Passed.IsCompleted ? HealthCheckResult.Degraded("the test message was not acknowledged yet")
        : consumer.Trouble is { } unread ? HealthCheckResult.Degraded($"events cannot be read: {unread}")
        : HealthCheckResult.Healthy());
}
