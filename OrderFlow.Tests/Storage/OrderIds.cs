using System.Globalization;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Silo.Postgres.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Storage;

/// <summary>The sequence of order ids, also after it went back, as with a promoted standby.</summary>
public sealed class OrderIds : IAsyncLifetime
{
    private readonly FakeTimeProvider _time = new();
    private PostgresDatabase _database = null!;
    private NpgsqlDataSource _connections = null!;
    private OrderIdSequence _ids = null!;

    public async Task InitializeAsync()
    {
        _database = await PostgresServer.Shared.CreateDatabase();
        _connections = NpgsqlDataSource.Create(_database.ConnectionString);
        _ids = new(_connections, _time, NullLogger<OrderIdSequence>.Instance);
    }

    public async Task DisposeAsync()
    {
        _ids.Dispose();
        await _connections.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task Each_block_follows_the_previous_one() =>
        Assert.Equal([new(1, 100), new(101, 100)], new[] { await _ids.NextBlock(), await _ids.NextBlock() });

    [Theory]
    [InlineData(1, false, 0, 1)]             // a new database
    [InlineData(1, true, 0, 101)]
    [InlineData(801, true, 900, 901)]        // the highest order is in the last block
    [InlineData(801, true, 901, 11001)]      // behind by one
    [InlineData(901, false, 900, 901)]       // set by hand and not used since
    [InlineData(901, false, 901, 11001)]
    [InlineData(1, true, 9_000_000_000, 9_000_010_100)]
    public async Task The_sequence_moves_beyond_the_highest_order_only_where_it_is_behind(long last, bool isCalled, long highest, long next)
    {
        await Set(last, isCalled);
        if (highest > 0) await Place(highest);

        await _ids.MoveBeyondOrders();

        Assert.Equal(next, (await _ids.NextBlock()).First);
    }

    [Fact]
    public async Task Deleted_orders_count_too()
    {
        await Place(5_000);
        await _database.Execute("UPDATE orders SET deleted_at = now()");
        await _ids.MoveBeyondOrders();
        Assert.Equal(15_100, (await _ids.NextBlock()).First);
    }

    [Fact]
    public async Task Concurrent_callers_share_one_check_and_later_callers_another()
    {
        await Place(5_000);
        await _ids.MoveBeyondOrders();
        await Set(1, isCalled: true);

        await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => _ids.MoveBeyondOrders()));
        Assert.Equal(1, await _database.Value<long>("SELECT last_value FROM order_ids"));

        _time.Advance(OrderIdSequence.MinCheckInterval);
        await Task.WhenAll(Enumerable.Range(0, 300).Select(_ => _ids.MoveBeyondOrders()));
        Assert.Equal(15_000, await _database.Value<long>("SELECT last_value FROM order_ids"));
    }

    [Fact]
    public async Task The_sequence_never_goes_back_while_others_take_from_it()
    {
        await Place(1_000_000);
        var silos = Enumerable.Range(0, 4).Select(_ => new OrderIdSequence(_connections, TimeProvider.System, NullLogger<OrderIdSequence>.Instance)).ToList();

        var taken = await Task.WhenAll(silos.Select(async silo =>
        {
            var blocks = new List<OrderIdBlock>();
            for (var i = 0; i < 100; i++)
            {
                if (i == 10) await silo.MoveBeyondOrders();
                blocks.Add(await silo.NextBlock());
            }

            silo.Dispose();
            return blocks;
        }));

        var firsts = taken.SelectMany(blocks => blocks.Select(block => block.First)).ToList();
        Assert.Equal(400, firsts.Distinct().Count());
        Assert.All(taken, blocks => Assert.True(blocks[^1].First > 1_000_000));
        Assert.All(taken, blocks => Assert.Equal(blocks.OrderBy(block => block.First), blocks));
    }

    private Task Set(long last, bool isCalled) =>
        _database.Execute(string.Create(CultureInfo.InvariantCulture, $"SELECT setval('order_ids', {last}, {isCalled})"));

    private Task Place(long id) => _database.Execute(
        "INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)"
        + " VALUES ($1, 'alice', 'failed', '[]', 0, 1, false, '[]', now(), now(), 1)",
        id);
}
