using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.ServiceDefaults.Telemetry;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Silo.Notifications.Worker;
using OrderFlow.Silo.Telemetry;

namespace OrderFlow.Silo;

/// <summary>The <c>worker</c> mode of this program: sends notifications, and is no silo. For workers apart from silos, where those have theirs turned off.</summary>
internal static class WorkerProgram
{
    public static async Task Run(string[] args)
    {
        var builder = WebApplication.CreateSlimBuilder(args);
        builder.AddSiloTelemetry();
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Shutdown.Limit);
        builder.Services.AddHealthMetrics();
        builder.Services.AddNotificationQueue(whenRedisIsAway: HealthStatus.Unhealthy);
        builder.Services.AddNotificationWorker();
        builder.Services.PostConfigure<WorkerOptions>(worker => worker.Enabled = true);   // what turns the silos' workers off may be set for all programs

        await using var app = builder.Build();
        app.UseMetrics();
        app.MapHealth();
        app.ValidateOptions();
        await app.Services.GetRequiredService<RedisProbe>().RequireDurability();
        await app.RunAsync();
    }
}
