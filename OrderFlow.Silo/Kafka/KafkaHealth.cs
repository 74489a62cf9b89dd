using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.Silo.Kafka.Consumer;
using OrderFlow.Silo.Kafka.Producer;

namespace OrderFlow.Silo.Kafka;

/// <summary>Degraded while Kafka is unavailable: the silo stays ready, for no order waits for Kafka.</summary>
internal sealed class KafkaHealth(KafkaAvailability kafka, ConnectivityCheck check, OrderEventConsumer consumer) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        kafka.Problem is { } problem ? HealthCheckResult.Degraded(problem)
        : !check.Passed.IsCompleted ? HealthCheckResult.Degraded("the test message is not acknowledged yet")
        : consumer.Problem is { } unread ? HealthCheckResult.Degraded($"events cannot be consumed: {unread}")
        : HealthCheckResult.Healthy());
}
