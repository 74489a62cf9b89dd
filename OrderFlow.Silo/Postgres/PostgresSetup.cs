using Microsoft.Extensions.DependencyInjection.Extensions;
using OrderFlow.Health;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Recovery;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.Silo.Cluster;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Outbox;
using OrderFlow.Silo.Postgres.Inventory;
using OrderFlow.Silo.Postgres.Orders;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Serialization;
using Orleans.Storage;

namespace OrderFlow.Silo.Postgres;

/// <summary>Registers everything that the silo stores in Postgres.</summary>
internal static class PostgresSetup
{
    /// <summary>The ADO.NET invariant by which Orleans' providers find Npgsql.</summary>
    public const string Invariant = "Npgsql";

    /// <summary>Orleans' storage below its concurrency limit.</summary>
    private const string UnboundedStorage = "grain-state";

    public static void UsePostgres(this ISiloBuilder silo, string connectionString)
    {
        silo.UseOrleansProviders(PostgresDataSources.ForProviders(connectionString));

        var services = silo.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddMetrics();
        services.AddSingleton<IExceptionTranslator, PostgresExceptionTranslator>();
        services.AddConnections(connectionString);
        silo.AddOrders();
        services.AddInventory();
        services.AddOutbox();
        services.AddSingleton<ITombstones, Tombstones>();
        services.AddSingleton<NotificationEvents>();
    }

    /// <summary>Reminders, idempotency keys and stream subscriptions, which Orleans' own ADO.NET providers store.</summary>
    private static void UseOrleansProviders(this ISiloBuilder silo, string connectionString)
    {
        silo.UseAdoNetReminderService(options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = connectionString;
        });
        silo.UseSystemTextJsonGrainStorageSerializer();   // the default writes CLR type names, which a rename breaks
        silo.AddAdoNetGrainStorage(UnboundedStorage, options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = connectionString;
        });
        silo.Services.AddGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, (provider, _) => new BoundedGrainStorage(
            provider.GetRequiredKeyedService<IGrainStorage>(UnboundedStorage), BoundedGrainStorage.MaxConnections, BoundedGrainStorage.DefaultQueueTimeout));
        silo.AddAdoNetGrainStorage(StorageNames.Subscriptions, builder => builder.Configure<OrleansJsonSerializer>((options, json) =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = connectionString;
            options.DeleteStateOnClear = true;   // streams without subscribers leave no rows
            options.GrainStorageSerializer = new JsonGrainStorageSerializer(json);   // System.Text.Json writes this state of Orleans' own, but cannot read it
        }));
    }

    private static void AddConnections(this IServiceCollection services, string connectionString)
    {
        services.AddSingleton(_ => new PostgresDataSources(connectionString));
        services.AddSingleton(provider => Sources(provider).Queries);
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ConnectionPoolReset>(provider, Sources(provider).All));
        services.AddHostedService(provider => provider.GetRequiredService<ConnectionPoolReset>());
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<WriteProbe>(provider, connectionString));
        services.AddSingleton<IDatabaseHealth>(provider => provider.GetRequiredService<WriteProbe>());
        services.AddHostedService(provider => provider.GetRequiredService<WriteProbe>());
        services.AddHealthChecks().AddCheck<WriteProbe>("postgres", tags: [HealthEndpoints.Ready]);
        services.AddSingleton<CommitMetrics>();
        services.AddClusterMeasurement<OldestSnapshotMetrics>();
        services.AddSingleton<UnreadableRowLog>();
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<ListQueryLimiter>(provider, Sources(provider).Lists));
    }

    private static void AddOrders(this ISiloBuilder silo)
    {
        var services = silo.Services;
        services.AddGrainStorage(StorageNames.Orders, (provider, _) => ActivatorUtilities.CreateInstance<OrderStorage>(provider, Sources(provider).Rows));
        services.AddValidatedOptions<OrderOptions>(OrderOptions.Section);
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<RollingUpgrade>(provider, ActiveSilos(provider.GetRequiredService<IClusterMembershipService>())));
        services.AddSingleton<IdempotentPlacement>();
        services.AddSingleton<OrderMetrics>();
        services.AddSingleton<IOrderIndex, OrderIndex>();
        services.AddSingleton<IOrderCounts, OrderCounts>();
        services.AddSingleton<UnsettledOrders>();
        services.AddSingleton<IUnsettledOrders>(provider => provider.GetRequiredService<UnsettledOrders>());
        services.AddSingleton<IExpiredOrders, ExpiredOrders>();
        services.AddClusterMeasurement<PendingOrderMetrics>();
        services.AddSingleton<IOrderIdSequence>(provider => ActivatorUtilities.CreateInstance<OrderIdSequence>(provider, Sources(provider).Ids));
        silo.AddStartupTask((provider, _) => provider.GetRequiredService<IOrderIdSequence>().MoveBeyondOrders(), ServiceLifecycleStage.ApplicationServices);
    }

    private static Func<IEnumerable<SiloAddress>> ActiveSilos(IClusterMembershipService membership) => () =>
        from member in membership.CurrentSnapshot.Members.Values where member.Status == SiloStatus.Active select member.SiloAddress;

    private static void AddInventory(this IServiceCollection services)
    {
        services.AddGrainStorage(StorageNames.Stock, (provider, _) => ActivatorUtilities.CreateInstance<StockStorage>(provider, Sources(provider).Rows));
        services.AddSingleton<StockMetrics>();
        services.AddSingleton<IReservations>(provider => new Reservations(Sources(provider).Rows));
        services.AddSingleton<IStockMovements, StockMovements>();
        services.AddTransient<StockUpkeep>();
        services.AddClusterMeasurement<LowStockMetrics>();
        services.AddSingleton<IStockOperations>(provider => new StockOperations(Sources(provider).Rows));
        services.AddSingleton<IStockIndex>(provider => ActivatorUtilities.CreateInstance<StockIndex>(provider, Sources(provider).Ids));
    }

    private static void AddClusterMeasurement<T>(this IServiceCollection services)
        where T : class, IHostedService, IClusterMeasurement
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
        services.AddSingleton<IClusterMeasurement>(provider => provider.GetRequiredService<T>());
    }

    private static PostgresDataSources Sources(IServiceProvider provider) => provider.GetRequiredService<PostgresDataSources>();
}
