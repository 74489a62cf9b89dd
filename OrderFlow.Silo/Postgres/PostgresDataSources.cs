using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>The connection pools of a silo: one for each kind of work, so that none waits behind another.</summary>
internal sealed class PostgresDataSources(string connectionString) : IAsyncDisposable
{
    /// <summary>The most statements that are prepared on a connection; more than there are.</summary>
    private const int MaxPreparedStatements = 40;

    /// <summary>
    /// Looks rows up by key even before the planner has statistics: a plan made for a small table would later scan all of it, until the next ANALYZE.
    /// As only one plan is left, each connection plans a statement once and not for each batch.
    /// </summary>
    private const string KeyLookups = "-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off -c plan_cache_mode=force_generic_plan";

    /// <summary>
    /// Ends the query of a list in the server too, should its cancellation be lost. Each is planned for its own filters, for which index is best depends on how many
    /// orders a user, a product or a status has; and for the few rows of a page, which no join needs to hash or sort.
    /// </summary>
    private static readonly string ListQueries = $"-c statement_timeout={ListQueryLimiter.Timeout.TotalMilliseconds:0} -c plan_cache_mode=force_custom_plan "
        + "-c enable_hashjoin=off -c enable_mergejoin=off -c max_parallel_workers_per_gather=0";

    /// <summary>How long a caller waits for a connection, and then again for its statement; both together are less than the API's response timeout.</summary>
    private static readonly TimeSpan WaitTimeout = CallTimeouts.ResponseTimeout * 0.4;

    /// <summary>Reads and writes rows by key; few connections, because each carries whole batches.</summary>
    public NpgsqlDataSource Rows { get; } = Create("rows", connectionString, maxPoolSize: 16, KeyLookups);

    /// <summary>Work in the background: sweeps, recovery, measurements.</summary>
    public NpgsqlDataSource Queries { get; } = Create("queries", connectionString, maxPoolSize: 8);

    /// <summary>The queries of lists.</summary>
    public NpgsqlDataSource Lists { get; } = Create("lists", connectionString, ListQueryLimiter.MaxConcurrency, ListQueries);

    /// <summary>Ids of orders and names of products, for which callers wait.</summary>
    public NpgsqlDataSource Ids { get; } = Create("ids", connectionString, maxPoolSize: 2, timeout: WaitTimeout);

    public IReadOnlyList<NpgsqlDataSource> All => [Rows, Queries, Lists, Ids];

    /// <summary>The connection string of Orleans' membership table, whose few statements must not wait behind others.</summary>
    public static string ForMembership(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "orderflow-silo-membership",
        MaxPoolSize = 4,
    }.ConnectionString;

    /// <summary>
    /// The connection string of Orleans' storage and reminders, idempotency keys above all. Npgsql's default of 100 connections for each silo is more than a
    /// server accepts from a few silos that catch up after an outage.
    /// </summary>
    public static string ForProviders(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "orderflow-silo-providers",
        MaxPoolSize = BoundedGrainStorage.MaxConnections + 4,   // reminders and subscriptions, which are few, never wait behind grain state
        Timeout = (int)WaitTimeout.TotalSeconds,
        MaxAutoPrepare = MaxPreparedStatements,
        NoResetOnClose = true,   // the providers leave no session state
    }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        foreach (var source in All) await source.DisposeAsync();
    }

    /// <param name="name">The name in metrics, which would otherwise show the connection string.</param>
    /// <param name="connectionString">The database.</param>
    /// <param name="maxPoolSize">The most connections.</param>
    /// <param name="options">Session parameters.</param>
    /// <param name="timeout">How long to wait for a connection, and for a statement; 15 s each where null.</param>
    private static NpgsqlDataSource Create(string name, string connectionString, int maxPoolSize, string? options = null, TimeSpan? timeout = null)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString)
        {
            ApplicationName = "orderflow-silo",
            MaxPoolSize = maxPoolSize,
            MaxAutoPrepare = MaxPreparedStatements,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,   // the silo leaves no session state
            CommandTimeout = 15,
        };
        if (timeout is { TotalSeconds: var seconds }) settings.Timeout = settings.CommandTimeout = (int)seconds;
        if (options is not null) settings.Options = $"{settings.Options} {options}".Trim();
        return new NpgsqlDataSourceBuilder(settings.ConnectionString) { Name = name }
            .ConfigureTracing(tracing => tracing.EnableFirstResponseEvent(false).EnablePhysicalOpenTracing(false))
            .Build();
    }
}
