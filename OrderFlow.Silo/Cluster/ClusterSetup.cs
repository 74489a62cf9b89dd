using System.Net;
using OrderFlow.Recovery;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.Silo.Live;
using OrderFlow.Silo.Postgres;
using Orleans.Configuration;

namespace OrderFlow.Silo.Cluster;

/// <summary>This silo as a member of a cluster that keeps its membership, reminders and grain state in Postgres.</summary>
internal static class ClusterSetup
{
    /// <summary>How long a grain stays that nobody calls. Orders are called a few times and then hardly ever again.</summary>
    private static readonly TimeSpan IdleGrainAge = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan CollectionInterval = TimeSpan.FromSeconds(2);

    /// <summary>How long a grain waits for another's answer; what it asked may have happened then, and is safe to ask again.</summary>
    private static readonly TimeSpan CallPatience = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How often a silo signs in the membership table. After three that are missing a silo that starts does not wait for it any more: as when all silos were
    /// lost at once, and their like come back at other addresses.
    /// </summary>
    private static readonly TimeSpan SignOfLifeEvery = TimeSpan.FromSeconds(5);

    /// <summary>Joins the cluster that the settings name.</summary>
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
            membership.MaxProbeTimeout = cluster.ProbeTimeout * 2;   // three times this is also how long a silo may hang
            membership.IAmAliveTablePublishTimeout = SignOfLifeEvery;
        });
        silo.UseAdoNetClustering(options =>
        {
            options.Invariant = PostgresSetup.Invariant;
            options.ConnectionString = PostgresSetup.Membership(connectionString);
        });
    }

    /// <summary>What every silo runs, however it found its cluster: the grains with their storages, streams, reminders and recovery.</summary>
    public static void UseOrderFlow(this ISiloBuilder silo, string connectionString)
    {
        silo.UsePostgres(connectionString);
        silo.UseLiveStreams();
        silo.Configure<GrainCollectionOptions>(options =>
        {
            options.CollectionAge = IdleGrainAge;
            options.CollectionQuantum = CollectionInterval;
        });
        silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = CallPatience);
        silo.Services.AddValidatedOptions<RecoveryOptions>(RecoveryOptions.Section);
        silo.Services.AddSingleton<RecoveryMetrics>();
        silo.Services.AddHostedService<RecoveryPings>();
    }
}
