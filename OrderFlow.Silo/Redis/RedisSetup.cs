using Microsoft.Extensions.DependencyInjection.Extensions;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Redis;

/// <summary>Everything the silo keeps in Redis: the queue of notifications.</summary>
internal static class RedisSetup
{
    public static void UseRedis(this ISiloBuilder silo)
    {
        silo.AddIncomingGrainCallFilter<RedisErrors>();

        var services = silo.Services;
        services.AddOptions<RedisOptions>().BindConfiguration(RedisOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<RedisConnection>();
        services.AddSingleton<NotificationQueue>();
        services.AddSingleton<INotificationQueue>(provider => provider.GetRequiredService<NotificationQueue>());
        services.AddSingleton<INotificationJobs>(provider => provider.GetRequiredService<NotificationQueue>());
    }
}
