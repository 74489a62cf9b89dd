using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OrderFlow.Silo.Postgres;
using OrderFlow.Silo.Postgres.Inventory;
using OrderFlow.Silo.Postgres.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

public sealed class ListQueries : IAsyncLifetime
{
    private static readonly TimeSpan WaitTimeout = TimeSpan.FromSeconds(30);

    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        _connections = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString)
        {
            ApplicationName = "lists",
            CommandTimeout = 120,   // ends nothing within the time that a test waits
        });
    }

    public async Task DisposeAsync()
    {
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Concurrency_and_queue_are_bounded_and_one_query_more_is_refused_at_once()
    {
        using var lists = new ListQueryLimiter(_connections, new FakeTimeProvider());
        var gate = new TaskCompletionSource();
        var running = 0;
        async Task<int> Query(NpgsqlDataSource database, CancellationToken cancellationToken)
        {
            Assert.InRange(Interlocked.Increment(ref running), 1, ListQueryLimiter.MaxConcurrency);
            await gate.Task;
            return Interlocked.Decrement(ref running);
        }

        var queries = Enumerable.Range(0, ListQueryLimiter.MaxConcurrency + ListQueryLimiter.QueueLimit).Select(_ => lists.Run(Query)).ToList();
        Assert.Equal(ListQueryLimiter.MaxConcurrency, running);
        await Assert.ThrowsAsync<UnavailableException>(() => lists.Run(Query).WaitAsync(WaitTimeout));

        gate.SetResult();
        await Task.WhenAll(queries);
    }

    [Fact]
    public async Task A_permit_cools_down_for_three_times_the_run_time_of_its_query_up_to_a_limit()
    {
        foreach (var (ran, rest) in new[] { (10, 30), (33, 99), (34, 100), (1_000, 100) })
        {
            var time = new FakeTimeProvider();
            using var lists = new ListQueryLimiter(_connections, time);
            var gate = new TaskCompletionSource();
            async Task<bool> SlowQuery(NpgsqlDataSource database, CancellationToken cancellationToken)
            {
                await gate.Task;
                return true;
            }

            var queries = Enumerable.Range(0, ListQueryLimiter.MaxConcurrency).Select(_ => lists.Run(SlowQuery)).ToList();
            time.Advance(TimeSpan.FromMilliseconds(ran));
            gate.SetResult();
            await Task.WhenAll(queries);
            var next = lists.Run((_, _) => Task.FromResult(true));

            time.Advance(TimeSpan.FromMilliseconds(rest - 1));
            Assert.NotSame(next, await Task.WhenAny(next, Task.Delay(TimeSpan.FromMilliseconds(100))));
            time.Advance(TimeSpan.FromMilliseconds(1));
            Assert.True(await next.WaitAsync(WaitTimeout));
        }
    }

    [Fact]
    public async Task A_query_that_takes_too_long_ends_in_the_server_before_its_caller_retries()
    {
        Assert.True(ListQueryLimiter.Timeout < ClusterClient.ResponseTimeout);
        await using var other = await _database.Open();
        await using var transaction = await other.BeginTransactionAsync();
        await using var hold = new NpgsqlCommand("LOCK TABLE stock_items IN ACCESS EXCLUSIVE MODE", other, transaction);
        await hold.ExecuteNonQueryAsync();
        using var lists = new ListQueryLimiter(_connections, TimeProvider.System);

        await Assert.ThrowsAsync<UnavailableException>(() => new StockIndex(lists, _connections).List(new(Limit: 1)));

        await Eventually.Get(
            "no query of a list to run",
            () => _database.Value<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'lists' AND state = 'active'"),
            active => active == 0);
    }

    [Fact]
    public async Task Queries_that_take_turns_on_a_connection_do_not_disturb_each_other()
    {
        await _database.Execute("INSERT INTO stock_items SELECT 'sku-' || n, n, 0, 1, 1, now() FROM generate_series(1, 50) AS n");
        await using var one = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = 1 }.ConnectionString);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(async n =>
        {
            using var lists = new ListQueryLimiter(one, TimeProvider.System);
            var (stock, orders) = (new StockIndex(lists, _connections), new OrderIndex(lists));
            for (var round = 0; round < 20; round++)
            {
                Assert.Null(await stock.ListMovements(new($"unknown-{n}", Limit: 10)));
                Assert.Equal(50, (await stock.List(new(Limit: 100))).Items.Length);
                Assert.Empty((await orders.List(new(Status: null, UserId: "alice", Page: 1, Limit: 10))).Items);
            }
        })).WaitAsync(4 * WaitTimeout);   // a connection that two queries read at once answers neither
    }

    [Fact]
    public async Task A_page_of_products_reads_no_more_rows_than_it_returns()
    {
        await _database.Execute("INSERT INTO stock_items SELECT 'sku-' || n, n, 0, 1, 1, now() FROM generate_series(1, 5000) AS n; ANALYZE stock_items");
        await using var one = NpgsqlDataSource.Create(new NpgsqlConnectionStringBuilder(_database.ConnectionString) { MaxPoolSize = 1 }.ConnectionString);
        using var lists = new ListQueryLimiter(one, TimeProvider.System);
        var before = await RowsRead.Of(one, "stock_items");

        var page = await new StockIndex(lists, _connections).List(new(Limit: 10));

        Assert.Equal((10, 5_000), (page.Items.Length, page.Total));
        Assert.Equal(10, await RowsRead.Of(one, "stock_items") - before);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_total_of_products_is_exact_after_any_change(int seed)
    {
        var random = new Random(seed);
        for (var step = 0; step < 30; step++)
        {
            await (random.Next(3) == 0
                ? _database.Execute($"DELETE FROM stock_items WHERE version % {random.Next(2, 5)} = 0")
                : _database.Execute($"INSERT INTO stock_items SELECT gen_random_uuid()::text, 1, 0, 1, n, now() FROM generate_series(1, {random.Next(20)}) AS n"));
            Assert.Equal((step, await _database.Value<long>("SELECT count(*) FROM stock_items")), (step, await Total()));
        }
    }

    [Fact]
    public async Task Concurrent_inserts_of_products_do_not_wait_for_each_other_and_are_all_counted()
    {
        const string add = "INSERT INTO stock_items SELECT gen_random_uuid()::text, 1, 0, 1, 1, now() FROM generate_series(1, 5)";
        await using var first = await _database.Open();
        await using var transaction = await first.BeginTransactionAsync();
        await using var holds = new NpgsqlCommand(add, first, transaction);
        await holds.ExecuteNonQueryAsync();

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => _database.Execute(add)));   // while the first transaction is open
        Assert.Equal(40, await Total());
        await transaction.CommitAsync();
        Assert.Equal(45, await Total());
        Assert.InRange(await _database.Value<long>("SELECT count(*) FROM stock_item_counts"), 2, 9);
    }

    private async Task<long> Total()
    {
        using var lists = new ListQueryLimiter(_connections, TimeProvider.System);
        return (await new StockIndex(lists, _connections).List(new(Limit: 1))).Total;
    }
}
