using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.ServiceDefaults.Telemetry;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Notifications;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Silo.Notifications.Worker;
using OrderFlow.Silo.Telemetry;

namespace OrderFlow.Silo;

/// <summary>The <c>worker</c> mode of this program: sends notifications without being a silo, for installations whose silos do not send them.</summary>
internal static class WorkerProgram
{
    public static async Task Run(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.AddSiloTelemetry();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Shutdown.Timeout);
        builder.Services.AddHealthMetrics();
        builder.Services.AddNotificationQueue(redisFailureStatus: HealthStatus.Unhealthy);
        builder.Services.AddNotificationWorker();
        builder.Services.PostConfigure<WorkerOptions>(worker => worker.Enabled = true);   // a shared configuration may disable the workers of silos

        await using var app = builder.Build();
        app.UseMetrics();
        app.MapHealth();
        app.ValidateOptions();
        await app.Services.GetRequiredService<RedisProbe>().RequireDurability();
        await app.RunAsync();
    }
}
