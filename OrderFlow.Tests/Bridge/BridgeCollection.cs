using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Bridge;

/// <summary>Two silos with Kafka, Redis and a worker, shared by the tests of this collection, one test at a time.</summary>
[CollectionDefinition(Name)]
public sealed class BridgeCollection : ICollectionFixture<SharedBridge>
{
    public const string Name = "bridge";
}

public sealed class SharedBridge : IAsyncLifetime
{
    private OrderFlowCluster? _cluster;

    public OrderFlowCluster Cluster => _cluster ?? throw new InvalidOperationException("the cluster has not started");

    internal ExternalSystems External { get; } = new();

    public async Task InitializeAsync() => _cluster = await OrderFlowCluster.Start(external: External);

    public async Task DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
        External.Dispose();
    }
}
