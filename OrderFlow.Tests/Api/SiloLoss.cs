using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

public sealed class SiloLoss
{
    [Fact]
    public async Task Orders_posted_while_a_silo_is_lost_are_all_accepted_and_all_settle()
    {
        const int orders = 400;
        const int atOnce = 16;
        await using var cluster = await OrderFlowCluster.Start(silos: 2, responseTimeout: TimeSpan.FromSeconds(5));
        await cluster.SetStock("steady", orders);
        using var api = new ApiProgram(cluster.Client);
        using var alice = api.As(Tokens.Alice);

        var left = orders;
        var placed = 0;
        var posters = Enumerable.Range(0, atOnce).Select(async _ =>
        {
            var ids = new List<long>();
            while (Interlocked.Decrement(ref left) >= 0)
            {
                ids.Add(await alice.Place("alice", ("steady", 1)));
                Interlocked.Increment(ref placed);
            }

            return ids;
        }).ToArray();
        await Eventually.Get("a quarter of the orders to be placed", () => Task.FromResult(placed), count => count >= orders / 4);
        await cluster.KillOneSilo();

        var all = (await Task.WhenAll(posters)).SelectMany(ids => ids).ToArray();
        Assert.Equal(orders, all.Distinct().Count());
        foreach (var id in all) Assert.Equal((id, "reserved"), (id, (string?)(await alice.Settled(id))["status"]));
        Assert.Equal((0, orders), await cluster.StockOf("steady"));
    }
}
