using Microsoft.Extensions.DependencyInjection.Extensions;
using Npgsql;
using OrderFlow.Health;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Recovery;
using OrderFlow.Silo.Outbox;
using Orleans.Providers;
using Orleans.Runtime.Hosting;
using Orleans.Serialization;
using Orleans.Storage;

namespace OrderFlow.Silo.Postgres;

/// <summary>Everything the silo keeps in Postgres.</summary>
internal static class PostgresSetup
{
    /// <summary>The name by which the Orleans providers find Npgsql.</summary>
    public const string Invariant = "Npgsql";

    /// <summary>Connections for reading and writing rows by key; few, because each carries whole batches.</summary>
    private const int RowConnections = 16;

    /// <summary>Connections for what no caller waits for: sweeps, recovery, gauges.</summary>
    private const int QueryConnections = 8;

    /// <summary>Connections for ids of orders and names of products: a caller waits for either, and not behind whoever lists.</summary>
    private const int IdConnections = 2;

    /// <summary>How long ids wait for one of those, and then for the statement: together less than the API waits for its answer.</summary>
    private static readonly TimeSpan IdPatience = CallTimeouts.ResponseTimeout * 0.4;

    /// <summary>Connections for membership, whose statements are few and must not wait behind others.</summary>
    private const int MembershipConnections = 4;

    /// <summary>
    /// Connections for what the Orleans providers keep, idempotency keys above all, one statement each. Npgsql's own 100 for each silo are more than a server
    /// takes of a few silos that have an outage to catch up with; and membership, whose pool is another, must not wait behind them.
    /// </summary>
    private const int ProviderConnections = 16;

    /// <summary>So many of those are for grain state; reminders and subscriptions, which are few, never wait behind it.</summary>
    private const int GrainStateConnections = 12;

    /// <summary>How long grain state waits for one of those.</summary>
    private static readonly TimeSpan GrainStatePatience = CallTimeouts.ResponseTimeout * 0.4;

    /// <summary>How long a statement of theirs may take to connect: together with the wait before it, less than the API waits for its answer.</summary>
    private static readonly TimeSpan ProviderPatience = CallTimeouts.ResponseTimeout * 0.4;

    /// <summary>The most statements that are prepared on a connection; there are fewer.</summary>
    private const int PreparedStatements = 40;

    /// <summary>The storage for grain state below its bound.</summary>
    private const string GrainState = "grain-state";

    /// <summary>
    /// Batches look rows up by key, also in a table that the planner has not counted yet:
    /// a prepared plan made while it was small would otherwise read the whole of it later, until the next ANALYZE.
    /// And since there is but one way to do so, a statement is planned once for each connection, not once for each batch.
    /// </summary>
    private const string LookUpByKey = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c plan_cache_mode=force_generic_plan";

    /// <summary>Ends a list's query in the server too, should its cancellation be lost.</summary>
    private static readonly string EndedInTime = $"-c statement_timeout={ListQueries.Timeout.TotalMilliseconds:0}";

    /// <summary>The key of the connections for reads and writes by key.</summary>
    public static readonly object Rows = new();

    private static readonly object Lists = new();
    private static readonly object Ids = new();

    /// <summary>The connection string of the membership table.</summary>
    public static string Membership(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "orderflow-silo-membership",
        MaxPoolSize = MembershipConnections,
    }.ConnectionString;

    public static void UsePostgres(this ISiloBuilder silo, string connectionString)
    {
        var providers = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "orderflow-silo-providers",
            MaxPoolSize = ProviderConnections,
            Timeout = (int)ProviderPatience.TotalSeconds,
            MaxAutoPrepare = PreparedStatements,
            NoResetOnClose = true,   // the providers leave nothing behind in a session
        }.ConnectionString;
        silo.UseAdoNetReminderService(options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = providers;
        });
        silo.UseSystemTextJsonGrainStorageSerializer();   // the default writes CLR type names, which a rename breaks
        silo.AddAdoNetGrainStorage(GrainState, options =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = providers;
        });
        silo.Services.AddGrainStorage(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME, (provider, _) => new BoundedGrainStorage(
            provider.GetRequiredKeyedService<IGrainStorage>(GrainState), GrainStateConnections, GrainStatePatience));
        silo.AddAdoNetGrainStorage(StorageNames.Subscriptions, builder => builder.Configure<OrleansJsonSerializer>((options, json) =>
        {
            options.Invariant = Invariant;
            options.ConnectionString = providers;
            options.DeleteStateOnClear = true;   // streams that nobody follows leave no rows
            options.GrainStorageSerializer = new JsonGrainStorageSerializer(json);   // System.Text.Json writes this state of Orleans' own, and cannot read it
        }));

        silo.AddIncomingGrainCallFilter<DatabaseExceptionFilter>();
        silo.AddStartupTask((provider, _) => provider.GetRequiredService<IOrderIdSequence>().MoveBeyondOrders(), ServiceLifecycleStage.ApplicationServices);

        var services = silo.Services;
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(_ => DataSource("queries", connectionString, QueryConnections));
        services.AddKeyedSingleton(Rows, (_, _) => DataSource("rows", connectionString, RowConnections, LookUpByKey));
        services.AddKeyedSingleton(Lists, (_, _) => DataSource("lists", connectionString, ListQueries.MaxRunning, EndedInTime));
        services.AddKeyedSingleton(Ids, (_, _) => DataSource("ids", connectionString, IdConnections, patience: IdPatience));
        services.AddSingleton(provider => new PooledSessions(
            [
                provider.GetRequiredService<NpgsqlDataSource>(), provider.GetRequiredKeyedService<NpgsqlDataSource>(Rows),
                provider.GetRequiredKeyedService<NpgsqlDataSource>(Lists), provider.GetRequiredKeyedService<NpgsqlDataSource>(Ids),
            ],
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<PooledSessions>>()));
        services.AddHostedService(provider => provider.GetRequiredService<PooledSessions>());
        services.AddSingleton(provider => ActivatorUtilities.CreateInstance<WriteProbe>(provider, connectionString));
        services.AddSingleton<IWritePath>(provider => provider.GetRequiredService<WriteProbe>());
        services.AddHostedService(provider => provider.GetRequiredService<WriteProbe>());

        services.AddGrainStorage(StorageNames.Orders, (provider, _) => new OrderStorage(
            provider.GetRequiredKeyedService<NpgsqlDataSource>(Rows), provider.GetRequiredService<OutboxSignal>(),
            provider.GetRequiredService<CommitMetrics>(), provider.GetRequiredService<OrderMetrics>(), provider.GetRequiredService<UnreadableRows>()));
        services.AddGrainStorage(StorageNames.Stock, (provider, _) => new StockStorage(
            provider.GetRequiredKeyedService<NpgsqlDataSource>(Rows), provider.GetRequiredService<CommitMetrics>()));
        services.AddMetrics();
        services.AddSingleton<CommitMetrics>();
        services.AddSingleton<OrderMetrics>();
        services.AddSingleton<UnreadableRows>();
        services.AddSingleton<UnsettledOrders>();
        services.AddSingleton<IUnsettledOrders>(provider => provider.GetRequiredService<UnsettledOrders>());
        services.AddClusterMeasurement<PendingOrders>();
        services.AddClusterMeasurement<OldestSnapshot>();
        services.AddOutbox();
        services.AddSingleton<IReservations>(provider => new Reservations(provider.GetRequiredKeyedService<NpgsqlDataSource>(Rows)));
        services.AddSingleton(provider => new ListQueries(provider.GetRequiredKeyedService<NpgsqlDataSource>(Lists), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<IOrderIndex, OrderIndex>();
        services.AddSingleton<IOrderCounts, OrderCounts>();
        services.AddSingleton<IStockIndex>(provider => ActivatorUtilities.CreateInstance<StockIndex>(provider, provider.GetRequiredKeyedService<NpgsqlDataSource>(Ids)));
        services.AddSingleton<IOrderIdSequence>(provider => ActivatorUtilities.CreateInstance<OrderIdSequence>(provider, provider.GetRequiredKeyedService<NpgsqlDataSource>(Ids)));
        services.AddSingleton<ITombstones, Tombstones>();
        services.AddSingleton<NotificationEvents>();
    }

    private static void AddClusterMeasurement<T>(this IServiceCollection services)
        where T : class, IHostedService, IClusterMeasurement
    {
        services.AddSingleton<T>();
        services.AddHostedService(provider => provider.GetRequiredService<T>());
        services.AddSingleton<IClusterMeasurement>(provider => provider.GetRequiredService<T>());
    }

    /// <param name="name">What metrics call it; else they would have the connection string.</param>
    /// <param name="connectionString">Where the database is.</param>
    /// <param name="connections">The most connections at once.</param>
    /// <param name="options">Settings of the session.</param>
    /// <param name="patience">How long a connection may take, and how long a statement; 15 s each where null.</param>
    private static NpgsqlDataSource DataSource(string name, string connectionString, int connections, string? options = null, TimeSpan? patience = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "orderflow-silo",
            MaxPoolSize = connections,
            MaxAutoPrepare = PreparedStatements,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,   // the silo leaves nothing behind in a session
            CommandTimeout = 15,
        };
        if (patience is { TotalSeconds: var seconds }) settings.Timeout = settings.CommandTimeout = (int)seconds;
        if (options is not null) settings.Options = $"{settings.Options} {options}".Trim();
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name }
            .ConfigureTracing(tracing => tracing.EnableFirstResponseEvent(false).EnablePhysicalOpenTracing(false))
            .Build();
    }
}
