using OrderFlow.Orders;

namespace OrderFlow.Tests.Cluster;

/// <summary>A new status needs a migration, which the compiler cannot ask for.</summary>
[Collection(ClusterCollection.Name)]
public sealed class StoredStatuses(SharedCluster shared)
{
    [Fact]
    public async Task The_database_accepts_every_status_that_this_version_stores()
    {
        var constraint = await shared.Cluster.Scalar<string>("SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = 'orders_status_check'");

        Assert.All(OrderStatusNames.Known, status => Assert.Contains($"'{status.ToWireName()}'", constraint, StringComparison.Ordinal));
    }
}
