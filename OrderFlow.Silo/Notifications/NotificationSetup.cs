using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.Silo.Cluster;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Silo.Notifications.Smtp;
using OrderFlow.Silo.Notifications.Templates;
using OrderFlow.Silo.Notifications.Worker;

namespace OrderFlow.Silo.Notifications;

/// <summary>Registers the notifications: the queue, the worker and the sender.</summary>
internal static class NotificationSetup
{
    /// <summary>Adds notifications to a silo. Without Redis it is degraded and still ready: orders do not wait for it.</summary>
    public static void UseNotifications(this ISiloBuilder silo)
    {
        silo.Services.AddSingleton<IExceptionTranslator, RedisExceptionTranslator>();
        silo.Services.AddNotificationQueue(redisFailureStatus: HealthStatus.Degraded);
        silo.Services.AddNotificationWorker();
    }

    /// <summary>Adds the queue in Redis with its health check and its metrics.</summary>
    public static void AddNotificationQueue(this IServiceCollection services, HealthStatus redisFailureStatus)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddValidatedOptions<RedisOptions>(RedisOptions.Section);

        services.AddSingleton<RedisConnection>();
        services.AddSingleton<NotificationQueue>();
        services.AddSingleton<INotificationQueue>(provider => provider.GetRequiredService<NotificationQueue>());
        services.AddSingleton<INotificationJobs>(provider => provider.GetRequiredService<NotificationQueue>());

        services.AddSingleton<RedisProbe>();
        services.AddSingleton<IQueueHealth>(provider => provider.GetRequiredService<RedisProbe>());
        services.AddHostedService(provider => provider.GetRequiredService<RedisProbe>());
        services.AddHealthChecks().AddCheck<RedisHealth>("redis", redisFailureStatus, [HealthEndpoints.Ready]);
        services.AddHostedService<QueueMetrics>();
    }

    /// <summary>Adds the worker and its sender. The host needs an <see cref="INotificationJobs"/>.</summary>
    public static void AddNotificationWorker(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddOptions<WorkerOptions>().Configure<IConfiguration>((worker, configuration) =>
        {
            if (NotificationOptions.SelectsSmtp(configuration)) worker.UseMailDefaults();   // before the section is bound, which takes precedence
        });
        services.AddValidatedOptions<WorkerOptions>(WorkerOptions.Section);
        services.AddValidatedOptions<NotificationOptions>(NotificationOptions.Section);

        services.AddSender();
        services.AddSingleton<NotificationMetrics>();
        services.AddSingleton<WorkerName>();
        services.AddSingleton<QueueAvailability>();
        services.AddSingleton<SenderAvailability>();
        services.AddHealthChecks().AddCheck<SenderAvailability>("sender", HealthStatus.Degraded, [HealthEndpoints.Ready]);
        services.AddSingleton<JobCompleter>();
        services.AddSingleton<JobExecutor>();
        services.AddHostedService<NotificationWorker>();
    }

    private static void AddSender(this IServiceCollection services)
    {
        services.AddValidatedOptions<TextOptions>(TextOptions.Section, when: Sends);
        services.AddValidatedOptions<ShopOptions>(ShopOptions.Section, when: Sends);
        services.AddSingleton<TextRenderer>();
        services.AddValidatedOptions<SmtpOptions>(SmtpOptions.Section, when: SendsMails);
        services.AddSingleton<SmtpConnectionPool>();
        services.AddSingleton<INotificationSender>(provider => SendsMails(provider)
            ? ActivatorUtilities.CreateInstance<SmtpSender>(provider)
            : ActivatorUtilities.CreateInstance<LogSender>(provider));
    }

    private static bool Sends(IServiceProvider provider) => provider.GetRequiredService<IOptions<WorkerOptions>>().Value.Enabled;

    private static bool SendsMails(IServiceProvider provider) =>
        Sends(provider) && provider.GetRequiredService<IOptions<NotificationOptions>>().Value.UsesSmtp;
}
