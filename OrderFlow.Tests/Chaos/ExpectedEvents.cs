using Npgsql;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Chaos;

/// <summary>What scripts expect of the orders in the database: <c>infra/compare</c>.</summary>
public sealed class ExpectedEvents : IAsyncLifetime
{
    private const string Settled = "is_settled chaos-1 && say settled || say unsettled";

    private PostgresDatabase _database = null!;

    public async Task InitializeAsync() => _database = await PostgresServer.Shared.CreateDatabase();

    public async Task DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task Every_topic_of_the_catalogue_is_read() => Assert.Equal(
        OrderEventCatalogue.All.Select(type => type.Name), (await Compare("say ${EVENT_TOPICS[*]}")).Single().Split(' '));

    [Fact]
    public async Task Every_topic_of_products_is_read() =>
        Assert.Equal(StockLevelChanged.Names, (await Compare("say ${STOCK_TOPICS[*]}")).Single().Split(' '));

    /// <summary>Version 1 is the order's first, so that pending is created there and reopened later.</summary>
    [Fact]
    public async Task Every_type_of_event_is_expected_and_notifies_as_by_default()
    {
        await Insert(42, "fulfilled", OrderEventCatalogue.All.Select(type => type.Status));
        var expected = OrderEventCatalogue.All.Select(type => $"42-{(int)type.Type + 1}\t{type.Name}\t{(type.NotifiedByDefault ? 1 : 0)}");

        Assert.Equal(expected, await Compare("ask events.sql users=chaos-1"));
    }

    [Fact]
    public async Task Nobody_is_notified_of_a_deleted_order()
    {
        await Insert(42, "cancelled", [OrderStatus.Pending, OrderStatus.Cancelled]);
        await _database.Execute("UPDATE orders SET deleted_at = now()");

        Assert.Equal(["42-1\torder.created\t0", "42-2\torder.cancelled\t0"], await Compare("ask events.sql users=chaos-1"));
    }

    [Theory]
    [InlineData("status = 'pending'")]
    [InlineData("status = 'cancelled', releasing = true")]
    [InlineData("status = 'fulfilled', consuming = true")]
    public async Task An_order_is_unsettled_while_it_reserves_releases_or_consumes(string change)
    {
        await Insert(42, "reserved", [OrderStatus.Pending, OrderStatus.Reserved]);
        Assert.Equal(["settled"], await Compare(Settled));

        await _database.Execute($"UPDATE orders SET {change}");

        Assert.Equal(["unsettled"], await Compare(Settled));
        Assert.Equal(["settled"], await Compare("is_settled another && say settled || say unsettled"));
    }

    /// <summary>Orders that expire meanwhile do not delay the rest.</summary>
    [Fact]
    public async Task What_began_after_a_time_is_not_awaited()
    {
        await Insert(42, "cancelled", [OrderStatus.Pending, OrderStatus.Cancelled]);
        await _database.Execute("UPDATE orders SET releasing = true");

        Assert.Equal(["settled"], await Compare("is_settled chaos-1 2026-11-30T12:00:00Z && say settled || say unsettled"));
        Assert.Equal(["unsettled"], await Compare("is_settled chaos-1 2026-11-30T12:00:01Z && say settled || say unsettled"));
    }

    [Fact]
    public async Task Orders_that_are_to_expire_are_found()
    {
        const string expiring = "none_is_to_expire chaos-1 && say none || say some";
        await Insert(42, "reserved", [OrderStatus.Pending, OrderStatus.Reserved]);
        Assert.Equal(["none"], await Compare(expiring));

        await _database.Execute("UPDATE orders SET expires_at = now() + interval '1 minute'");

        Assert.Equal(["some"], await Compare(expiring));
    }

    /// <summary>Inserts a customer's order, whose transitions have the versions 1, 2, … and are all of noon.</summary>
    private Task Insert(long id, string status, IEnumerable<OrderStatus> transitions) => _database.Execute(
        """
        INSERT INTO orders (id, user_id, status, items, total_amount, attempt, releasing, transitions, created_at, updated_at, version)
        SELECT $1, 'chaos-1-customer-1', $2, '[{"productId": "sku-1", "quantity": 2}]', 0, 1, false,
          (SELECT jsonb_agg(jsonb_build_object('status', status, 'version', version, 'at', '2026-11-30T12:00:00Z') ORDER BY version)
           FROM unnest($3::text[]) WITH ORDINALITY AS t(status, version)), now(), now(), cardinality($3::text[])
        """,
        id,
        status,
        transitions.Select(OrderStatusNames.ToWireName).ToArray());

    private async Task<string[]> Compare(string lines)
    {
        var database = new NpgsqlConnectionStringBuilder(_database.ConnectionString);
        var (status, said) = await Scripts.Shell(
            $"""ORDERFLOW_POSTGRES=$1; source infra/compare/compare.sh; {lines}""",
            $"postgresql://{database.Username}:{database.Password}@{database.Host}:{database.Port}/{database.Database}");
        Assert.True(status == 0, said);
        return said.Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
