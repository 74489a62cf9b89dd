using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Silo.Outbox;
using OrderFlow.Silo.Postgres.Orders;
using OrderFlow.Tests.Fixtures;
using Orleans.Storage;

namespace OrderFlow.Tests.Storage;

/// <summary>Order storage: the contract of grain storage, and the event in the same transaction.</summary>
public sealed class StoredOrders : IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 10, 0, 0, TimeSpan.Zero);

    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;
    private OrderStorage _storage = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        _connections = NpgsqlDataSource.Create(_database.ConnectionString);
        _storage = new(_connections, new OutboxSignal(), TestMetrics.Commits, TestMetrics.Orders);
    }

    public async Task DisposeAsync()
    {
        await _storage.DisposeAsync();
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task An_order_that_was_never_written_does_not_exist()
    {
        var state = await Read(1);

        Assert.False(state.RecordExists);
        Assert.Null(state.ETag);
        Assert.Null(state.State);
    }

    [Fact]
    public async Task A_first_write_is_read_back_unchanged()
    {
        var order = Placed(1) with { AgreedTotal = 12.30m, RequestId = Guid.NewGuid(), ReserveFor = TimeSpan.FromDays(30) + TimeSpan.FromMilliseconds(1) };
        await Write(order);

        var state = await Read(1);

        Assert.Equal((true, "1"), (state.RecordExists, state.ETag));
        AssertSame(order, state.State!.Order);
    }

    [Fact]
    public async Task The_products_of_an_order_are_stored_with_it_once_each()
    {
        await _database.Execute("CREATE TABLE fired (id bigint); CREATE OR REPLACE FUNCTION products_of(items jsonb) RETURNS SETOF text LANGUAGE sql AS 'INSERT INTO fired VALUES (1); SELECT item ->> ''productId'' FROM jsonb_array_elements(items) AS item'");

        await Write(Placed(1) with { Items = [new("sku-2", 1), new("sku-1", 2), new("sku-2", 3)] });

        Assert.Equal(["sku-1", "sku-2"], await _database.Column<string>($"SELECT product_id FROM order_products WHERE order_id = 1 AND created_at = '{Now:O}' ORDER BY product_id"));
        Assert.Equal(0, await _database.Value<long>("SELECT count(*) FROM fired"));
    }

    [Fact]
    public async Task An_update_is_read_back_unchanged()
    {
        var state = await Write(Placed(1) with { RequestId = Guid.NewGuid(), ReserveFor = TimeSpan.FromMinutes(1) });
        var changed = state.State!.Order with
        {
            Status = OrderStatus.Reserved,
            TotalAmount = 0.5m,
            FailReason = "insufficient stock: ☂",
            CancelReason = "out of ☂",
            ExpiresAt = Now.AddMinutes(1),
            Tracking = new("DHL", "☂ 1", "https://example.com/1"),
            Attempt = 3,
            Releasing = true,
            Consuming = true,
            Transitions = [new(OrderStatus.Pending, 1, Now, Actor: "alice"), new(OrderStatus.Failed, 2, Now.AddMilliseconds(1))],
            UpdatedAt = Now.AddSeconds(1),
            DeletedAt = Now.AddSeconds(2),
            Version = 2,
        };

        await Write(changed, state);

        var read = await Read(1);
        Assert.Equal("2", read.ETag);
        AssertSame(changed, read.State!.Order);
    }

    [Fact]
    public async Task What_a_change_clears_is_gone()
    {
        var state = await Write(Placed(1));
        var full = Next(state) with { Status = OrderStatus.Reserved, CancelReason = "none", ExpiresAt = Now, Tracking = new("DHL", "1"), Releasing = true, Consuming = true };
        await Write(full, state);
        var bare = full with { CancelReason = null, ExpiresAt = null, Tracking = null, Releasing = false, Consuming = false, Version = 3 };

        await Write(bare, state);

        AssertSame(bare, (await Read(1)).State!.Order);
    }

    [Fact]
    public async Task Tracking_without_a_page_is_stored_without_one()
    {
        var state = await Write(Placed(1));

        await Write(Next(state) with { Status = OrderStatus.Fulfilled, Tracking = new("DHL", "1") }, state, new OrderFulfilled(1, "alice", [new("sku-1", 2)], 19.98m, new("DHL", "1"), 2, Now));
        var untracked = await Write(Placed(2));
        await Write(Next(untracked) with { Status = OrderStatus.Fulfilled }, untracked, new OrderFulfilled(2, "alice", [new("sku-1", 2)], 19.98m, null, 2, Now));

        Assert.Equal(new Tracking("DHL", "1"), (await Read(1)).State!.Order.Tracking);
        Assert.Null((await Read(2)).State!.Order.Tracking);
        Assert.Equal(
            [
                """{"items": [{"quantity": 2, "productId": "sku-1"}], "userId": "alice", "orderId": 1, "version": 2, "tracking": {"number": "1", "carrier": "DHL"}, "occurredAt": "2026-11-22T10:00:00Z", "totalAmount": 19.98}""",
                """{"items": [{"quantity": 2, "productId": "sku-1"}], "userId": "alice", "orderId": 2, "version": 2, "occurredAt": "2026-11-22T10:00:00Z", "totalAmount": 19.98}""",
            ],
            await _database.Column<string>("SELECT payload::text FROM outbox ORDER BY seq"));
    }

    [Fact]
    public async Task An_event_is_in_the_outbox_exactly_when_its_write_is_stored()
    {
        var state = await Write(Placed(1), change: new OrderCreated(1, "alice", [new("sku-1", 2)], 0, 1, Now));
        var stale = new GrainState<OrderRecord> { State = state.State, ETag = state.ETag, RecordExists = true };
        await Write(Next(state), state, new OrderReserved(1, "alice", [new("sku-1", 2)], 19.98m, 2, Now));

        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(Next(stale), stale, new OrderFailed(1, "alice", [], "stale", 2, Now)));

        var rows = await _database.Column<string>("SELECT concat_ws(' ', seq, id, aggregatetype, aggregateid, type, partition, payload) FROM outbox ORDER BY seq");
        Assert.Equal(
            [
                """1 1-1 order 1 order.created 1 {"items": [{"quantity": 2, "productId": "sku-1"}], "userId": "alice", "orderId": 1, "version": 1, "occurredAt": "2026-11-22T10:00:00Z", "totalAmount": 0}""",
                """2 1-2 order 1 order.reserved 1 {"items": [{"quantity": 2, "productId": "sku-1"}], "userId": "alice", "orderId": 1, "version": 2, "occurredAt": "2026-11-22T10:00:00Z", "totalAmount": 19.98}""",
            ],
            rows);
    }

    [Fact]
    public async Task A_stale_version_is_refused_and_stores_nothing()
    {
        var first = await Write(Placed(1));
        var stale = new GrainState<OrderRecord> { State = first.State, ETag = first.ETag, RecordExists = true };
        await Write(Next(first), first);

        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(Next(stale) with { FailReason = "stale" }, stale));

        var read = await Read(1);
        Assert.Equal(("2", null), (read.ETag, read.State!.Order.FailReason));
    }

    [Fact]
    public async Task An_update_of_a_deleted_row_is_a_conflict_and_inserts_nothing()
    {
        var state = await Write(Placed(1));
        await _database.Execute("DELETE FROM orders");

        await Assert.ThrowsAsync<InconsistentStateException>(() => Write(Next(state), state));

        Assert.False((await Read(1)).RecordExists);
    }

    [Fact]
    public async Task Exactly_one_of_a_hundred_concurrent_first_writes_wins()
    {
        var writes = Enumerable.Range(0, 100).Select(n => Racing.Won(Write(Placed(1) with { UserId = $"user-{n}" }))).ToArray();

        var won = await Task.WhenAll(writes);

        Assert.Equal(1, won.Count(one => one));
        Assert.Equal($"user-{Array.IndexOf(won, true)}", (await Read(1)).State!.Order.UserId);
    }

    [Fact]
    public async Task A_stale_write_in_a_batch_fails_alone()
    {
        var states = await Task.WhenAll(Enumerable.Range(1, 100).Select(id => Write(Placed(id))));
        await _database.Execute("UPDATE orders SET version = 7 WHERE id = 50");

        var won = await Task.WhenAll(states.Select(state => Racing.Won(Write(Next(state), state))));

        Assert.Equal([50], Enumerable.Range(1, 100).Where(id => !won[id - 1]));
        Assert.Equal(99, await _database.Value<long>("SELECT count(*) FROM orders WHERE version = 2"));
    }

    [Fact]
    public async Task A_row_that_the_database_rejects_fails_alone()
    {
        var bad = Assert.ThrowsAsync<PostgresException>(() => Write(Placed(50) with { FailReason = null, UserId = "nul\0", Version = 1 }));
        var good = Task.WhenAll(Enumerable.Range(1, 100).Where(id => id != 50).Select(id => Write(Placed(id))));

        Assert.Equal(PostgresErrorCodes.CharacterNotInRepertoire, (await bad).SqlState);
        await good;
        Assert.Equal(99, await _database.Value<long>("SELECT count(*) FROM orders"));
    }

    [Fact]
    public async Task An_order_cannot_be_cleared()
    {
        var state = await Write(Placed(1));

        await Assert.ThrowsAsync<NotSupportedException>(() => _storage.ClearStateAsync("order", Id(1), state));

        Assert.True((await Read(1)).RecordExists);
    }

    [Fact]
    public async Task A_write_that_skips_a_version_is_refused()
    {
        await Assert.ThrowsAsync<ArgumentException>(() => Write(Placed(1) with { Version = 2 }));
    }

    [Fact]
    public async Task Five_hundred_concurrent_reads_each_return_their_own_order()
    {
        await Task.WhenAll(Enumerable.Range(1, 500).Select(id => Write(Placed(id) with { UserId = $"user-{id}" })));

        var read = await Task.WhenAll(Enumerable.Range(1, 500).Select(id => Read(id)));

        Assert.Equal(Enumerable.Range(1, 500).Select(id => $"user-{id}"), read.Select(state => state.State!.Order.UserId));
    }

    private static GrainId Id(long id) => GrainId.Create("order", GrainIdKeyExtensions.CreateIntegerKey(id).ToString()!);

    private static OrderState Placed(long id) => new()
    {
        Id = id,
        UserId = "alice",
        Items = [new("sku-1", 2), new("sku-2", 1)],
        Status = OrderStatus.Pending,
        Attempt = 1,
        Transitions = [new(OrderStatus.Pending, 1, Now, Actor: "alice")],
        CreatedAt = Now,
        UpdatedAt = Now,
        Version = 1,
    };

    private static OrderState Next(GrainState<OrderRecord> state) => state.State!.Order with { Version = state.State.Order.Version + 1 };

    private static void AssertSame(OrderState expected, OrderState actual)
    {
        Assert.Equal(expected.Items.ToArray(), actual.Items.ToArray());
        Assert.Equal(expected.Transitions.ToArray(), actual.Transitions.ToArray());
        Assert.Equal(expected with { Items = [], Transitions = [] }, actual with { Items = [], Transitions = [] });
    }

    private async Task<GrainState<OrderRecord>> Read(long id)
    {
        var state = new GrainState<OrderRecord>();
        await _storage.ReadStateAsync("order", Id(id), state);
        return state;
    }

    private async Task<GrainState<OrderRecord>> Write(OrderState order, GrainState<OrderRecord>? over = null, OrderEvent? change = null)
    {
        var state = over ?? new GrainState<OrderRecord>();
        state.State = new(order, change);
        await _storage.WriteStateAsync("order", Id(order.Id), state);
        return state;
    }
}
