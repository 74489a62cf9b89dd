using System.Runtime.InteropServices;
using OrderFlow.ServiceDefaults.Http;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.ServiceDefaults.Telemetry;
using OrderFlow.Silo.Cluster;
using OrderFlow.Silo.Dashboard;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Memory;
using OrderFlow.Silo.Notifications;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Silo.Outbox;
using OrderFlow.Silo.Postgres;
using OrderFlow.Silo.Postgres.Migrations;
using OrderFlow.Silo.Telemetry;

namespace OrderFlow.Silo;

/// <summary>The default mode of this program: a silo of the cluster.</summary>
internal static class SiloProgram
{
    public static async Task Run(string[] args)
    {
        // The host handles SIGTERM only once it runs; until then the first process of a container ignores the signal and would be killed as a member later.
        using var stop = new CancellationTokenSource();
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal =>
        {
            signal.Cancel = true;
            stop.Cancel();
        });

        var builder = WebApplication.CreateSlimBuilder(args);
        var postgres = builder.GetValidatedOptions<PostgresOptions>(PostgresOptions.Section);
        var cluster = builder.GetValidatedOptions<SiloClusterOptions>(SiloClusterOptions.Section);

        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = Shutdown.Timeout);
        builder.AddSiloTelemetry();
        builder.Services.AddHeadRequests();
        builder.Services.AddSiloHealth();
        builder.Services.AddHostedService<IdleCollection>();
        builder.AddDashboardAccess();
        builder.UseOrleans(silo =>
        {
            silo.UseCluster(cluster, postgres.ConnectionString);
            silo.UseOrderFlow(postgres.ConnectionString);
            silo.Services.AddOutboxRelay();
            silo.UseKafka();
            silo.UseNotifications();
            silo.UseDashboard();
            silo.UseTelemetry();
        });

        await using var app = builder.Build();
        app.UseMetrics();
        app.MapHealth();
        app.MapDashboard();

        app.ValidateOptions();
        await app.Services.GetRequiredService<RedisProbe>().RequireDurability();
        try
        {
            await DatabaseMigrations.Apply(
                postgres.ConnectionString, app.Logger, cancellation: stop.Token,
                checkServer: connection => DatabaseRequirements.RequireDurability(connection, postgres.AllowDataLoss, app.Logger, stop.Token));
            await app.RunAsync(stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested && !app.Lifetime.ApplicationStarted.IsCancellationRequested)
        {
            // Stopped before it joined the cluster: there is nothing to finish.
        }
    }
}
