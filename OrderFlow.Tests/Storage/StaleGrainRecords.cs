using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Silo.Outbox;
using OrderFlow.Silo.Postgres.Orders;
using OrderFlow.Tests.Fixtures;
using Orleans.Storage;

namespace OrderFlow.Tests.Storage;

/// <summary>What a grain reads while an earlier commit may still land, behind a proxy that delays commits.</summary>
public sealed class StaleGrainRecords : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private static readonly OrderState First = new()
    {
        Id = 1,
        UserId = "alice",
        Items = [new("sku-1", 2)],
        Status = OrderStatus.Pending,
        Attempt = 1,
        Transitions = [new(OrderStatus.Pending, 1, Now, Actor: "alice")],
        CreatedAt = Now,
        UpdatedAt = Now,
        Version = 1,
    };

    private readonly PostgresProxy _proxy = new();
    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;
    private OrderStorage _storage = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        _connections = NpgsqlDataSource.Create($"{_proxy.Through(_database.ConnectionString)};Command Timeout=30");
        _storage = new(_connections, new OutboxSignal(), TestMetrics.Commits, TestMetrics.Orders);
    }

    public async Task DisposeAsync()
    {
        await _proxy.DisposeAsync();
        await _storage.DisposeAsync();
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_commit_that_lands_after_its_timeout_is_seen_by_the_next_query()
    {
        await using var shortTimeout = NpgsqlDataSource.Create($"{_proxy.Through(_database.ConnectionString)};Command Timeout=2");
        await using var storage = new OrderStorage(shortTimeout, new OutboxSignal(), TestMetrics.Commits, TestMetrics.Orders);
        var record = await Written(storage);
        Assert.False(record.MayBeStale);
        var commit = _proxy.Hold("\"held\"");
        await Assert.ThrowsAsync<NpgsqlException>(() => record.Write(new(First with { Version = 2, FailReason = "\"held\"" })));

        Assert.Equal((true, 1L), (record.MayBeStale, (await record.ReadForQuery())!.Order.Version));
        commit.Release();
        await Eventually.Get("the commit to land", () => _database.Value<long>("SELECT version FROM orders"), version => version == 2);

        Assert.Equal(2, (await record.ReadForQuery())!.Order.Version);
        Assert.Equal(2, (await record.ReadForUpdate())!.Order.Version);
    }

    [Fact]
    public async Task A_new_record_sees_late_commits_of_its_predecessor_until_it_has_written_itself()
    {
        await Written();
        var newRecord = Record();
        Assert.Equal(1, (await newRecord.ReadForQuery())!.Order.Version);
        await _database.Execute("UPDATE orders SET version = 2");

        Assert.Equal(2, (await newRecord.ReadForQuery())!.Order.Version);
        Assert.Equal(2, (await newRecord.ReadForUpdate())!.Order.Version);
        await _database.Execute("UPDATE orders SET version = 3");

        Assert.Equal(3, (await newRecord.ReadForUpdate())!.Order.Version);
        await newRecord.Write(new(First with { Version = 4 }));
        await _database.Execute("UPDATE orders SET version = 9");

        Assert.Equal((false, 4L), (newRecord.MayBeStale, (await newRecord.ReadForQuery())!.Order.Version));
    }

    [Fact]
    public async Task A_query_does_not_change_the_state_that_a_running_decision_uses()
    {
        await Written();
        var record = Record();
        await record.ReadForUpdate();
        await _database.Execute("UPDATE orders SET version = 2");
        Assert.Equal(2, (await record.ReadForQuery())!.Order.Version);

        await Assert.ThrowsAsync<InconsistentStateException>(() => record.Write(new(First with { Version = 2 })));

        Assert.Equal((true, 2L), (record.MayBeStale, (await record.ReadForUpdate())!.Order.Version));
    }

    [Fact]
    public async Task A_query_that_began_before_a_write_returns_the_written_state()
    {
        await Written();
        var record = Record();
        await record.ReadForUpdate();
        var read = _proxy.HoldAnswer("FROM orders WHERE id = ANY");
        var query = record.ReadForQuery().AsTask();
        await read.Arrived();

        await record.Write(new(First with { Version = 2 }));
        read.Release();

        Assert.Equal(2, (await query)!.Order.Version);
    }

    [Fact]
    public async Task A_query_that_began_before_a_write_reads_again_where_another_write_has_failed()
    {
        await Written();
        var record = Record();
        await record.ReadForUpdate();
        var read = _proxy.HoldAnswer("FROM orders WHERE id = ANY");
        var query = record.ReadForQuery().AsTask();
        await read.Arrived();

        await record.Write(new(First with { Version = 2 }));
        await _database.Execute("UPDATE orders SET version = 3");
        await Assert.ThrowsAsync<InconsistentStateException>(() => record.Write(new(First with { Version = 3 })));
        read.Release();

        Assert.Equal(3, (await query)!.Order.Version);
    }

    private GrainRecord<OrderRecord> Record(OrderStorage? storage = null) => new(storage ?? _storage, "order", GrainId.Create("order", GrainIdKeyExtensions.CreateIntegerKey(1).ToString()!));

    private async Task<GrainRecord<OrderRecord>> Written(OrderStorage? storage = null)
    {
        var record = Record(storage);
        await record.Write(new(First));
        return record;
    }
}
