using Npgsql;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Cluster;

/// <summary>Calls that wait for a lock in the database fail before the API times out, and long before other statements do.</summary>
[Collection(ClusterCollection.Name)]
public sealed class DatabaseLockTimeouts(SharedCluster shared)
{
    private static readonly TimeSpan StatementTimeout = TimeSpan.FromSeconds(15);

    private readonly OrderFlowCluster _cluster = shared.Cluster;

    [Fact]
    public async Task A_block_of_order_ids_behind_a_lock_is_refused_in_time()
    {
        await using var locked = await Hold("SELECT pg_advisory_xact_lock(5724748463213208691)");
        await AssertRefused(_cluster.Client.GetGrain<IOrderIdsGrain>(0).Take());
    }

    [Fact]
    public async Task Product_names_behind_a_lock_are_refused_in_time()
    {
        await using var locked = await Hold("LOCK TABLE stock_items");
        await AssertRefused(_cluster.Client.GetGrain<IStockQueryGrain>(0).Resolve(["sku-1"]));
    }

    private static Task AssertRefused(Task call) => Assert.ThrowsAsync<UnavailableException>(() => call.WaitAsync(StatementTimeout - TimeSpan.FromSeconds(2)));

    private async Task<NpgsqlConnection> Hold(string sql)
    {
        var connection = await _cluster.Database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"BEGIN; {sql}", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
