using Microsoft.Extensions.Options;
using OrderFlow.Api.Telemetry;
using OrderFlow.Live;
using Orleans.Configuration;

namespace OrderFlow.Api.Cluster;

/// <summary>The Orleans client: finds the silos in Postgres and calls their grains.</summary>
internal static class ClusterSetup
{
    /// <summary>How often the list of silos is read again. Until then calls are still sent through a silo that hangs.</summary>
    public static readonly TimeSpan GatewayRefreshInterval = TimeSpan.FromSeconds(2);

    /// <summary>Registers the client. It connects while HTTP is already served, so that liveness does not depend on the silos.</summary>
    public static void AddCluster(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<ClusterClientOptions>().BindConfiguration(ClusterClientOptions.Section).ValidateOnStart();
        services.AddOptions<PostgresOptions>().BindConfiguration(PostgresOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<ClusterClientOptions>, ClusterSettingsValidator>();
        services.AddSingleton<IValidateOptions<PostgresOptions>, ClusterSettingsValidator>();
        services.AddSingleton<AdaptiveConcurrencyLimiter>();
        services.AddSingleton<ClusterWay>();
        services.AddSingleton<ClusterClient>();
        services.AddHostedService<ClusterClientMetrics>();

        var registered = services.Count;
        builder.UseOrleansClient(client => client
            .UseAdoNetClustering(options => options.Configure<IOptions<PostgresOptions>>((adoNet, postgres) =>
            {
                adoNet.Invariant = "Npgsql";
                adoNet.ConnectionString = postgres.Value.ConnectionString;
            }))
            .UseConnectionRetryFilter<ConnectionRetry>()
            .AddMemoryStreams(LiveStreams.Provider)
            .UseTelemetry(builder.Configuration));

        // As a hosted service of its own the client would hold up the start of all others, the HTTP server among them.
        services.Remove(services.Skip(registered).Single(service => service.ServiceType == typeof(IHostedService)));
        services.AddSingleton<ClusterConnection>();
        services.AddHostedService(provider => provider.GetRequiredService<ClusterConnection>());

        services.AddOptions<ClusterOptions>().Configure<IOptions<ClusterClientOptions>>((cluster, settings) =>
            (cluster.ClusterId, cluster.ServiceId) = (settings.Value.ClusterId, settings.Value.ServiceId));
        services.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = GatewayRefreshInterval);
        services.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = ClusterClient.ResponseTimeout);
    }
}
