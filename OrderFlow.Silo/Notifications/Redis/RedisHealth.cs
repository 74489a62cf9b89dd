using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>Healthy while jobs can be enqueued and Redis keeps them.</summary>
internal sealed class RedisHealth(IQueueHealth queue) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await queue.GetFault() is { } fault ? new(context.Registration.FailureStatus, fault) : HealthCheckResult.Healthy();
}
