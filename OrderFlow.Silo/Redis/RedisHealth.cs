using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.Notifications;
using StackExchange.Redis;

namespace OrderFlow.Silo.Redis;

/// <summary>Healthy while Redis answers.</summary>
internal sealed class RedisHealth(INotificationQueue queue) : IHealthCheck
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await queue.Ping().WaitAsync(Patience, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (Exception error) when (error is RedisException or TimeoutException)
        {
            return new(context.Registration.FailureStatus, "Redis does not answer: notifications wait");
        }
    }
}
