using System.Net;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using static OrderFlow.Tests.Fixtures.OrderFlowCluster;

namespace OrderFlow.Tests.Api;

/// <summary>Calls that were carried out, or whose work goes on, while their answer is lost or late: over HTTP and a silo.</summary>
public sealed class Lost_answers : IAsyncLifetime
{
    private OrderFlowCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await Start(silos: 1, patience: ClusterCalls.ResponseTimeout);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task A_cancel_whose_release_hangs_is_answered_at_its_first_call_with_the_order_cancelled_and_still_releasing()
    {
        await _cluster.SetStock("hanging", 10);
        var id = await _cluster.Place(("hanging", 4));
        await _cluster.Settled(id);
        var grains = GivenGrains.Make();
        grains.Answer<IOrderGrain>((_, arguments) => _cluster.Order(id).ChangeStatus((OrderStatus)arguments[0]!, (Caller)arguments[1]!, (IfVersion)arguments[2]!));
        using var api = new ApiProgram(grains.Factory);
        using var alice = api.As(Tokens.Alice);
        _cluster.Faults.Hold("Release");

        var (status, order) = await alice.Call("PATCH", $"/orders/{id}/status", """{"status":"cancelled"}""");

        Assert.Equal((HttpStatusCode.OK, "cancelled"), (status, (string?)order["status"]));
        Assert.Equal([$"IOrderGrain({id}).ChangeStatus"], grains.Asked);
        Assert.True(await _cluster.Scalar<bool>($"SELECT releasing FROM orders WHERE id = {id}"));

        _cluster.Faults.Clear();
        await _cluster.Quiet();
        Assert.Equal((10, 0), await _cluster.StockOf("hanging"));
    }
}
