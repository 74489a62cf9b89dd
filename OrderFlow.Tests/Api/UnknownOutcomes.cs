using System.Net;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using static OrderFlow.Tests.Fixtures.OrderFlowCluster;

namespace OrderFlow.Tests.Api;

/// <summary>Calls that are carried out although their answer is lost or late, over HTTP and a silo.</summary>
public sealed class UnknownOutcomes : IAsyncLifetime
{
    private OrderFlowCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await Start(silos: 1, responseTimeout: ClusterClient.ResponseTimeout);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Stock_that_was_set_is_not_set_again_over_the_orders_that_came_meanwhile()
    {
        var grains = GivenGrains.Make();
        grains.Answer<IStockAdminGrain>((_, arguments) =>
        {
            var set = _cluster.Client.GetGrain<IStockAdminGrain>("lost").Set((StockOperation)arguments[0]!, (long)arguments[1]!, (decimal)arguments[2]!, (long?)arguments[3]);
            return grains.Asked.Count == 1 ? Lose(set) : set;
        });
        using var api = new ApiProgram(grains.Factory);
        using var admin = api.As(Tokens.Admin);

        var (status, item) = await admin.Call("PUT", "/inventory/lost", """{"availableQuantity":100,"unitPrice":1}""");

        Assert.Equal((HttpStatusCode.OK, 100, 0), (status, (int)item["availableQuantity"]!, (int)item["reservedQuantity"]!));   // as the answer that was lost
        Assert.Equal((70, 30), await _cluster.StockOf("lost"));
        Assert.Equal(["IStockAdminGrain(lost).Set", "IStockAdminGrain(lost).Set"], grains.Asked);
    }

    [Fact]
    public async Task A_cancel_whose_release_hangs_is_answered_at_its_first_call_with_the_order_cancelled_and_still_releasing()
    {
        await _cluster.SetStock("hanging", 10);
        var id = await _cluster.Place(("hanging", 4));
        await _cluster.Settled(id);
        var grains = GivenGrains.Make();
        grains.Answer<IOrderFulfilmentGrain>((_, arguments) => _cluster.Fulfilling(id).ChangeStatus((ChangeStatus)arguments[0]!));
        using var api = new ApiProgram(grains.Factory);
        using var alice = api.As(Tokens.Alice);
        _cluster.Faults.Hold("Release");

        var (status, order) = await alice.Call("PATCH", $"/orders/{id}/status", """{"status":"cancelled"}""");

        Assert.Equal((HttpStatusCode.OK, "cancelled"), (status, (string?)order["status"]));
        Assert.Equal([$"IOrderFulfilmentGrain({id}).ChangeStatus"], grains.Asked);
        Assert.True(await _cluster.Scalar<bool>($"SELECT releasing FROM orders WHERE id = {id}"));

        _cluster.Faults.Clear();
        await _cluster.Quiet();
        Assert.Equal((10, 0), await _cluster.StockOf("hanging"));
    }

    /// <summary>Stock is set and thirty orders arrive before the answer is lost.</summary>
    private async Task<StockResult> Lose(Task<StockResult> set)
    {
        Assert.Equal(Outcome.Ok, (await set).Outcome);
        var ids = await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => _cluster.Place(("lost", 1))));
        await Task.WhenAll(ids.Select(_cluster.Settled));
        throw new TimeoutException("the answer was lost");
    }
}
