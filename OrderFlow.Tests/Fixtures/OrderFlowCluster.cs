using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;
using OrderFlow.Inventory;
using OrderFlow.Live;
using OrderFlow.Orders;
using OrderFlow.Silo.Cluster;
using OrderFlow.Silo.Postgres;
using Orleans.Configuration;
using Orleans.TestingHost;

namespace OrderFlow.Tests.Fixtures;

/// <summary>Silos as the program runs them, on their own database, with fault injection.</summary>
public sealed class OrderFlowCluster : IAsyncDisposable
{
    private readonly PostgresDatabase _database;
    private readonly InProcessTestCluster _cluster;

    private OrderFlowCluster(PostgresDatabase database, InProcessTestCluster cluster, Faults faults)
    {
        _database = database;
        _cluster = cluster;
        Faults = faults;
        Database = NpgsqlDataSource.Create(database.ConnectionString);
    }

    internal static Caller Admin { get; } = new("admin", IsAdmin: true);

    internal static Caller Alice { get; } = new("alice", IsAdmin: false);

    internal static Caller Bob { get; } = new("bob", IsAdmin: false);

    internal static Caller Payments { get; } = new("till", IsAdmin: false, IsPayments: true);

    internal static Caller Fulfilment { get; } = new("warehouse", IsAdmin: false, IsFulfilment: true);

    internal Faults Faults { get; }

    internal IClusterClient Client => _cluster.Client;

    /// <summary>The services of the first silo.</summary>
    internal IServiceProvider SiloServices => _cluster.GetSiloServiceProvider();

    /// <summary>The services of each silo.</summary>
    internal IEnumerable<IServiceProvider> AllSiloServices => _cluster.Silos.Select(silo => _cluster.GetSiloServiceProvider(silo.SiloAddress));

    internal NpgsqlDataSource Database { get; }

    internal string ConnectionString => _database.ConnectionString;

    /// <summary>Starts the silos.</summary>
    /// <param name="silos">How many.</param>
    /// <param name="server">The server of their database; the shared one where it is null.</param>
    /// <param name="responseTimeout">How long a call waits for its answer; Orleans' default where it is null.</param>
    /// <param name="external">Kafka, Redis and a sender; without them events stay in the outbox.</param>
    /// <param name="proxy">A proxy between the silos and their database; none where it is null.</param>
    /// <param name="settings">Settings of the silo program, such as <c>Recovery:BatchSize</c>.</param>
    internal static async Task<OrderFlowCluster> Start(
        int silos = 2, PostgresServer? server = null, TimeSpan? responseTimeout = null, ExternalSystems? external = null, PostgresProxy? proxy = null,
        params IEnumerable<KeyValuePair<string, string?>> settings) =>
        await Start(await (server ?? PostgresServer.Shared).CreateDatabase(), silos, responseTimeout, external, proxy, settings);

    /// <summary>Starts the silos on an existing database, which is dropped with them.</summary>
    internal static async Task<OrderFlowCluster> Start(
        PostgresDatabase database, int silos = 2, TimeSpan? responseTimeout = null, ExternalSystems? external = null, PostgresProxy? proxy = null,
        params IEnumerable<KeyValuePair<string, string?>> settings)
    {
        var silosConnect = proxy?.Through(database.ConnectionString) ?? database.ConnectionString;
        var faults = new Faults();
        var outside = external is null ? [] : await external.Settings();
        var builder = new InProcessTestClusterBuilder((short)silos);
        builder.Options.ServiceId = builder.Options.ClusterId = $"test-{Guid.NewGuid():N}";
        builder.ConfigureSiloHost((_, host) => host.Configuration
            .AddInMemoryCollection([new("Recovery:Interval", "00:00:00.250"), new("Orders:ExpiryInterval", "00:00:00.250"), .. outside]).AddInMemoryCollection(settings));
        builder.ConfigureSilo((_, silo) =>
        {
            silo.UseOrderFlow(silosConnect);
            if (responseTimeout is { } forSilos) silo.Configure<SiloMessagingOptions>(options => options.ResponseTimeout = forSilos);
            external?.AddTo(silo);
            faults.AddTo(silo);
        });

        builder.ConfigureClient(client => client.AddMemoryStreams(LiveStreams.Provider));
        if (responseTimeout is { } forClients) builder.ConfigureClient(client => client.Configure<ClientMessagingOptions>(options => options.ResponseTimeout = forClients));

        var cluster = builder.Build();
        await cluster.DeployAsync();
        var started = new OrderFlowCluster(database, cluster, faults);
        await Eventually.Get(
            "each silo to know what all can do",
            () => Task.FromResult(started.AllSiloServices.All(silo => silo.GetRequiredService<RollingUpgrade>().IsComplete())), isComplete => isComplete);
        return started;
    }

    internal IOrderGrain Order(long id) => Client.GetGrain<IOrderGrain>(id);

    internal IOrderFulfilmentGrain Fulfilling(long id) => Client.GetGrain<IOrderFulfilmentGrain>(id);

    internal IStockItemGrain Stock(string productId) => Client.GetGrain<IStockItemGrain>(productId);

    internal async Task SetStock(string productId, long quantity, decimal unitPrice = 1.00m)
    {
        var result = await Stock(productId).Set(quantity, unitPrice, Admin);
        Assert.Equal(Outcome.Ok, result.Outcome);
    }

    internal async Task<(long Available, long Reserved)> StockOf(string productId)
    {
        var item = await Stock(productId).Get();
        Assert.NotNull(item);
        return (item.AvailableQuantity, item.ReservedQuantity);
    }

    internal async Task<long> NextId() => (await Client.GetGrain<IOrderIdsGrain>(0).Take()).First;

    internal static PlaceOrder Command(Caller by, params (string ProductId, int Quantity)[] lines) =>
        new(by, by.UserId, [.. lines.Select(line => new OrderLine(line.ProductId, line.Quantity))], AgreedTotal: null);

    /// <summary>Places an order for Alice and returns its id; it is still to settle.</summary>
    internal Task<long> Place(params (string ProductId, int Quantity)[] lines) => Place(Command(Alice, lines));

    /// <inheritdoc cref="Place(ValueTuple{string, int}[])"/>
    internal async Task<long> Place(PlaceOrder command)
    {
        var id = await NextId();
        var result = await Order(id).Place(command);
        Assert.Equal((Outcome.Ok, OrderStatus.Pending), (result.Outcome, result.Order!.Status));
        return id;
    }

    /// <inheritdoc cref="PostgresDatabase.StoreOrders"/>
    internal Task StoreOrders(params long[] ids) => _database.StoreOrders(ids);

    /// <summary>Waits until the order is no longer pending, and returns it.</summary>
    internal async Task<Order> Settled(long id) => (await Eventually.Get(
        $"order {id} to be reserved, failed or cancelled",
        () => Order(id).Get(Admin),
        result => result.Order is { Status: not OrderStatus.Pending })).Order!;

    /// <summary>Waits until the order is cancelled because it expired, and returns it.</summary>
    internal async Task<Order> Expired(long id) => (await Eventually.Get(
        $"order {id} to expire", () => Order(id).Get(Admin), result => result.Order is { Status: OrderStatus.Cancelled, CancelReason: CancelReasons.Expired })).Order!;

    /// <summary>Waits until nothing is pending, releasing or consuming.</summary>
    internal Task Quiet() => Eventually.Get(
        "no order to be pending, releasing or consuming",
        () => Scalar<long>("SELECT count(*) FROM orders WHERE status = 'pending' OR releasing OR consuming"),
        unsettled => unsettled == 0);

    internal async Task<T> Scalar<T>(string sql)
    {
        await using var command = Database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>The types of the order's events in the outbox, in order.</summary>
    internal async Task<List<string>> EventsOf(long id)
    {
        await using var command = Database.CreateCommand("SELECT type FROM outbox WHERE aggregateid = $1 ORDER BY seq").With(id.ToString(CultureInfo.InvariantCulture));
        await using var rows = await command.ExecuteReaderAsync();
        var types = new List<string>();
        while (await rows.ReadAsync()) types.Add(rows.GetString(0));
        return types;
    }

    /// <summary>Kills one silo, which completes nothing.</summary>
    internal Task KillOneSilo() => _cluster.KillSiloAsync(_cluster.Silos[^1]);

    /// <summary>Kills the silo where this grain is active.</summary>
    internal async Task KillSiloOf(IAddressable grain)
    {
        var address = await Client.GetGrain<IManagementGrain>(0).GetActivationAddress(grain);
        await _cluster.KillSiloAsync(_cluster.Silos.Single(silo => silo.SiloAddress.Equals(address)));
    }

    /// <summary>Starts one more, on the same database.</summary>
    internal Task StartOneSilo() => _cluster.StartAdditionalSiloAsync();

    internal Task StopOneSilo() => _cluster.StopSiloAsync(_cluster.Silos[^1]);

    /// <summary>Deactivates all grains, so that the next call finds one that knows only what is persisted.</summary>
    internal async Task DeactivateAll()
    {
        await Client.GetGrain<IManagementGrain>(0).ForceActivationCollection(TimeSpan.Zero);
    }

    public async ValueTask DisposeAsync()
    {
        Faults.Clear();
        await _cluster.StopAllSilosAsync();
        await _cluster.DisposeAsync();
        await Database.DisposeAsync();
        await _database.DisposeAsync();
    }
}
