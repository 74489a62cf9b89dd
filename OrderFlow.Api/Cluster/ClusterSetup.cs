using Microsoft.Extensions.Options;
using OrderFlow.Api.Telemetry;
using OrderFlow.Live;
using OrderFlow.ServiceDefaults.Options;
using Orleans.Configuration;

namespace OrderFlow.Api.Cluster;

/// <summary>Registers the Orleans client, which finds the silos in Postgres and calls their grains.</summary>
internal static class ClusterSetup
{
    /// <summary>How often the list of silos is refreshed. Until then calls are still sent through a silo that hangs.</summary>
    public static readonly TimeSpan GatewayRefreshInterval = TimeSpan.FromSeconds(2);

    /// <summary>Registers the client. It connects while HTTP is already served, so that liveness does not depend on the silos.</summary>
    public static void AddCluster(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddValidatedOptions<ClusterClientOptions>(ClusterClientOptions.Section);
        services.AddValidatedOptions<PostgresOptions>(PostgresOptions.Section);
        services.AddSingleton<AdaptiveConcurrencyLimiter>();
        services.AddSingleton<CallFailureLog>();
        services.AddSingleton<ClusterClient>();
        services.AddSingleton<RollingUpgrade>();
        services.AddHostedService<ClusterClientMetrics>();

        builder.UseOrleansClient(client => client
            .UseAdoNetClustering(options => options.Configure<IOptions<PostgresOptions>>((adoNet, postgres) =>
            {
                adoNet.Invariant = "Npgsql";
                adoNet.ConnectionString = postgres.Value.ConnectionString;
            }))
            .UseConnectionRetryFilter<ConnectionRetry>()
            .AddMemoryStreams(LiveStreams.Provider)
            .UseTelemetry(builder.Configuration));
        services.AddOptions<ClusterOptions>().Configure<IOptions<ClusterClientOptions>>((cluster, options) =>
            (cluster.ClusterId, cluster.ServiceId) = (options.Value.ClusterId, options.Value.ServiceId));
        services.Configure<GatewayOptions>(gateways => gateways.GatewayListRefreshPeriod = GatewayRefreshInterval);
        services.Configure<ClientMessagingOptions>(messaging => messaging.ResponseTimeout = ClusterClient.ResponseTimeout);

        // As a hosted service the Orleans client would delay all others, the HTTP server among them; ClusterConnection starts it instead.
        services.Remove(services.Single(IsOrleansClient));
        services.AddSingleton<ClusterConnection>();
        services.AddHostedService(provider => provider.GetRequiredService<ClusterConnection>());
    }

    private static bool IsOrleansClient(ServiceDescriptor service) =>
        service.ServiceType == typeof(IHostedService) && service.ImplementationFactory?.Method.Module == typeof(ClientBuilder).Module;
}
