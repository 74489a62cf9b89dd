using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Cluster;

public sealed class DatabaseOutage
{
    [Fact]
    public async Task Callers_get_an_UnavailableException()
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
