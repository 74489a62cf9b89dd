using System.Net;
using OrderFlow.Recovery;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.Silo.Live;
using OrderFlow.Silo.Postgres;
using OrderFlow.Silo.Recovery;
using Orleans.Configuration;

namespace OrderFlow.Silo.Cluster;

/// <summary>Sets up this silo as a member of a cluster that stores its membership, reminders and grain state in Postgres.</summary>
internal static class ClusterSetup
{
    /// <summary>How long an idle grain stays active. Orders are called a few times and then hardly ever again.</summary>
    private static readonly TimeSpan IdleGrainAge = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan CollectionInterval = TimeSpan.FromSeconds(2);

    /// <summary>How long a grain waits for the answer of another. After it the call's outcome is unknown, and retrying it is safe.</summary>
    private static readonly TimeSpan GrainCallTimeout = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often a silo writes its heartbeat to the membership table. A starting silo ignores members that missed three: all silos may have been lost at once
    /// and restarted at other addresses.
    /// </summary>
    private static readonly TimeSpan HeartbeatInterval = TimeSpan.FromSeconds(5);

    /// <summary>Configures the cluster that this silo joins.</summary>
    public static void UseCluster(this ISiloBuilder silo, SiloClusterOptions cluster, string connectionString)
    {
        silo.Configure<ClusterOptions>(options =>
        {
            options.ClusterId = cluster.ClusterId;
            options.ServiceId = cluster.ServiceId;
        });
        silo.Configure<SiloOptions>(options => options.SiloName = cluster.SiloName);
        silo.ConfigureEndpoints(
            IPAddress.Parse(cluster.AdvertisedAddress), cluster.SiloPort, cluster.GatewayPort,
            listenOnAnyHostAddress: !IPAddress.IsLoopback(IPAddress.Parse(cluster.AdvertisedAddress)));
        silo.Configure<ClusterMembershipOptions>(membership =>
        {
            membership.ProbeTimeout = cluster.ProbeTimeout;
            membership.MaxProbeTimeout = cluster.ProbeTimeout * 2;   // a silo that hangs is declared dead after three times this
            membership.IAmAliveTablePublishTimeout = HeartbeatInterval;
        });
        silo.UseAdoNetClustering(options =>
        {
            options.Invariant = PostgresSetup.Invariant;
            options.ConnectionString = PostgresDataSources.ForMembership(connectionString);
        });
    }

    /// <summary>Sets up what every silo runs: the grains with their storage, streams, reminders and recovery.</summary>
    public static void UseOrderFlow(this ISiloBuilder silo, string connectionString)
    {
        silo.AddIncomingGrainCallFilter<ExceptionTranslationFilter>();
        silo.UsePostgres(connectionString);
        silo.UseLiveStreams();
        silo.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionAge = IdleGrainAge;
            options.CollectionQuantum = CollectionInterval;
        });
        silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = GrainCallTimeout);
        silo.Services.AddValidatedOptions<RecoveryOptions>(RecoveryOptions.Section);
        silo.Services.AddSingleton<RecoveryMetrics>();
        silo.Services.AddHostedService<RecoveryPings>();
    }
}
