using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Orleans.Configuration;
using Orleans.Messaging;
using Orleans.Storage;

namespace OrderFlow.Tests.Fixtures;

/// <summary>Orleans' ADO.NET providers on a database, as a silo or client resolves them, but without starting one.</summary>
internal sealed class OrleansProviders : IAsyncDisposable
{
    private const string Invariant = "Npgsql";
    private const string StorageName = "storage";

    private readonly List<IHost> _hosts = [];

    private OrleansProviders(PostgresDatabase database) => Database = database;

    public PostgresDatabase Database { get; }

    public static async Task<OrleansProviders> OnFreshDatabase() => new(await PostgresServer.Shared.CreateDatabase());

    /// <summary>The membership table of one silo, not initialised yet.</summary>
    public IMembershipTable Membership(string cluster = "cluster") => Silo(
        silo => silo.UseAdoNetClustering(options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = Database.ConnectionString;
        }),
        cluster).GetRequiredService<IMembershipTable>();

    /// <summary>The list of gateways, as a client reads it.</summary>
    public async Task<IGatewayListProvider> Gateways(string cluster = "cluster")
    {
        var host = new HostBuilder()
            .UseOrleansClient(client => client
                .Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (cluster, cluster))
                .UseAdoNetClustering(options =>
                {
                    options.Invariant = Invariant;
                    options.ConnectionString = Database.ConnectionString;
                }))
            .ConfigureLogging(logging => logging.ClearProviders())
            .Build();
        _hosts.Add(host);
        var gateways = host.Services.GetRequiredService<IGatewayListProvider>();
        await gateways.InitializeGatewayListProviderAsync();
        return gateways;
    }

    public async Task<IReminderTable> Reminders(string service = "service")
    {
        var table = Silo(
            silo => silo.UseAdoNetReminderService(options =>
            {
                options.Invariant = Invariant;
                options.ConnectionString = Database.ConnectionString;
            }),
            service).GetRequiredService<IReminderTable>();
        await table.StartAsync();
        return table;
    }

    public async Task<IGrainStorage> GrainStorage(string service = "service", bool deleteStateOnClear = false)
    {
        var storage = Silo(
            silo => silo.UseLocalhostClustering().UseSystemTextJsonGrainStorageSerializer().AddAdoNetGrainStorage(StorageName, options =>
            {
                options.Invariant = Invariant;
                options.ConnectionString = Database.ConnectionString;
                options.DeleteStateOnClear = deleteStateOnClear;
            }),
            service).GetRequiredKeyedService<IGrainStorage>(StorageName);
        var lifecycle = new SiloLifecycleSubject(NullLogger<SiloLifecycleSubject>.Instance);
        ((ILifecycleParticipant<ISiloLifecycle>)storage).Participate(lifecycle);
        await lifecycle.OnStart();
        return storage;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var host in _hosts)
        {
            if (host is IAsyncDisposable disposable)
                await disposable.DisposeAsync();
        }

        await Database.DisposeAsync();
    }

    private IServiceProvider Silo(Action<ISiloBuilder> configure, string clusterAndService)
    {
        var host = new HostBuilder()
            .UseOrleans(silo =>
            {
                silo.Configure<ClusterOptions>(options => (options.ClusterId, options.ServiceId) = (clusterAndService, clusterAndService));
                configure(silo);
            })
            .ConfigureLogging(logging => logging.ClearProviders())
            .Build();
        _hosts.Add(host);
        return host.Services;
    }
}
