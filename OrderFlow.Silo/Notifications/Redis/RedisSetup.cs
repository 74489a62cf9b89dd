using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.Notifications;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.Silo.Cluster;
using OrderFlow.Silo.Health;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>Everything the silo keeps in Redis: the queue of notifications.</summary>
internal static class RedisSetup
{
    /// <summary>The queue in a silo, whose grains fill it. A silo is ready without Redis: orders do not wait for it.</summary>
    public static void UseRedis(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<IExceptionTranslator, RedisExceptionTranslator>();
        silo.Services.AddNotificationQueue(whenRedisIsAway: HealthStatus.Degraded);
    }

    /// <summary>The queue, and a health check of it.</summary>
    public static void AddNotificationQueue(this IServiceCollection services, HealthStatus whenRedisIsAway)
    {
        services.AddValidatedOptions<RedisOptions>(RedisOptions.Section);
        services.AddHealthChecks().AddCheck<RedisHealth>("redis", whenRedisIsAway, [HealthEndpoints.Ready]);
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RedisConnection>();
        services.AddSingleton<NotificationQueue>();
        services.AddSingleton<INotificationQueue>(provider => provider.GetRequiredService<NotificationQueue>());
        services.AddSingleton<RedisProbe>();
        services.AddSingleton<IQueueHealth>(provider => provider.GetRequiredService<RedisProbe>());
        services.AddHostedService(provider => provider.GetRequiredService<RedisProbe>());
        services.AddMetrics();
        services.AddHostedService<QueueMetrics>();
        services.AddSingleton<INotificationJobs>(provider => provider.GetRequiredService<NotificationQueue>());
    }
}
