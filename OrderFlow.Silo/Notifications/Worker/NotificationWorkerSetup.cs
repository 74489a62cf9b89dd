using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OrderFlow.Notifications;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.Silo.Notifications.Smtp;

namespace OrderFlow.Silo.Notifications.Worker;

/// <summary>What sends notifications, in a silo's host or in one of its own.</summary>
internal static class NotificationWorkerSetup
{
    /// <summary>Adds the worker and the sender that the settings name. The host needs an <see cref="INotificationJobs"/>.</summary>
    public static IServiceCollection AddNotificationWorker(this IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddOptions<WorkerOptions>().Configure<IConfiguration>((worker, configuration) =>
        {
            if (NotificationOptions.SelectsSmtp(configuration)) worker.UseMailDefaults();   // before the settings are bound, which win
        });
        services.AddValidatedOptions<WorkerOptions>(WorkerOptions.Section);
        services.AddValidatedOptions<NotificationOptions>(NotificationOptions.Section);
        services.AddValidatedOptions<SmtpOptions>(SmtpOptions.Section, when: SendsMails);

        services.AddSingleton<SmtpConnectionPool>();
        services.AddSingleton<INotificationSender>(provider => SendsMails(provider)
            ? ActivatorUtilities.CreateInstance<SmtpSender>(provider)
            : ActivatorUtilities.CreateInstance<LogSender>(provider));

        services.AddSingleton<NotificationMetrics>();
        services.AddSingleton<WorkerName>();
        services.AddSingleton<QueueAvailability>();
        services.AddSingleton<JobCompleter>();
        services.AddSingleton<JobExecutor>();
        services.AddHostedService<NotificationWorker>();
        return services;
    }

    private static bool SendsMails(IServiceProvider provider) =>
        provider.GetRequiredService<IOptions<WorkerOptions>>().Value.Enabled && provider.GetRequiredService<IOptions<NotificationOptions>>().Value.UsesSmtp;
}
