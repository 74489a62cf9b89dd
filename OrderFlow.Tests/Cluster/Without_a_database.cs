using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Cluster;

public sealed class Without_a_database
{
    [Fact]
    public async Task Callers_learn_that_it_is_unavailable_in_a_type_they_know()
    {
        await using var server = new PostgresServer();
        await using var cluster = await OrderFlowCluster.Start(silos: 1, server);
        await cluster.SetStock("known", 1);
        var id = await cluster.NextId();
        await server.Kill();

        await Assert.ThrowsAsync<UnavailableException>(() => cluster.Order(id).Place(OrderFlowCluster.Command(OrderFlowCluster.Alice, ("known", 1))));
        await Assert.ThrowsAsync<UnavailableException>(() => cluster.Stock("known").Restock(1, OrderFlowCluster.Admin));

        await server.Start();
    }
}
