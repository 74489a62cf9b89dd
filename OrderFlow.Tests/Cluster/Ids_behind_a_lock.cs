using Npgsql;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Cluster;

/// <summary>Ids and names that the database does not give at once: whoever asks is told so before the API gives the call up, and long before statements that nobody waits for end.</summary>
[Collection(ClusterCollection.Name)]
public sealed class Ids_behind_a_lock(SharedCluster shared)
{
    private static readonly TimeSpan OthersEnd = TimeSpan.FromSeconds(15);

    private readonly OrderFlowCluster _cluster = shared.Cluster;

    [Fact]
    public async Task A_block_of_order_ids_that_cannot_be_had_is_refused_in_time()
    {
        await using var locked = await Hold("SELECT pg_advisory_xact_lock(5724748463213208691)");
        await AssertRefused(_cluster.Client.GetGrain<IOrderIdsGrain>(0).Take());
    }

    [Fact]
    public async Task Names_of_products_that_cannot_be_looked_up_are_refused_in_time()
    {
        await using var locked = await Hold("LOCK TABLE stock_items");
        await AssertRefused(_cluster.Client.GetGrain<IStockQueryGrain>(0).Resolve(["sku-1"]));
    }

    private static Task AssertRefused(Task call) => Assert.ThrowsAsync<UnavailableException>(() => call.WaitAsync(OthersEnd - TimeSpan.FromSeconds(2)));

    private async Task<NpgsqlConnection> Hold(string sql)
    {
        var connection = await _cluster.Database.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"BEGIN; {sql}", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }
}
