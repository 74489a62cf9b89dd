using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.Health;

namespace OrderFlow.Silo.Health;

/// <summary>Healthy while the database takes writes.</summary>
internal sealed class PostgresHealth(IWritePath writes) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        writes.Trouble is { } trouble ? HealthCheckResult.Unhealthy(trouble) : HealthCheckResult.Healthy());
}
