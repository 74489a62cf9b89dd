using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.Health;

namespace OrderFlow.Silo.Postgres;

/// <summary>Healthy while the database takes writes.</summary>
internal sealed class PostgresHealth(IDatabaseHealth database) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) => Task.FromResult(
        database.WriteError is { } error ? HealthCheckResult.Unhealthy(error) : HealthCheckResult.Healthy());
}
