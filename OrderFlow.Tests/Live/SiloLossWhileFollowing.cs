using OrderFlow.Orders;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Live;

public sealed class SiloLossWhileFollowing
{
    /// <summary>The heartbeat interval is too long to matter: the streams themselves continue.</summary>
    [Fact]
    public async Task Streams_survive_and_continue()
    {
        using var external = new ExternalSystems();
        await using var cluster = await OrderFlowCluster.Start(silos: 2, responseTimeout: TimeSpan.FromSeconds(5), external: external);
        await cluster.SetStock("kept", 1_000);
        using var api = new ApiProgram(cluster.Client, ("Live:HeartbeatInterval", "00:05:00"));
        using var alice = api.As(Tokens.Alice);
        var ids = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => alice.Place("alice", ("kept", 1))));
        await cluster.Quiet();
        var streams = await Task.WhenAll(ids.Select(id => EventStreamClient.Connect(alice, $"/orders/{id}/events", "2")));

        await cluster.KillOneSilo();
        foreach (var id in ids)
        {
            await Eventually.Get(
                $"order {id} to be cancelled",
                () => alice.Call("PATCH", $"/orders/{id}/status", """{"status":"cancelled"}"""),
                answer => (string?)answer.Body["status"] == OrderStatus.Cancelled.ToWireName());
        }

        foreach (var stream in streams)
        {
            Assert.Equal(["order 3 cancelled"], await stream.Next(1));
            stream.Dispose();
        }

        Assert.Empty(api.Errors);
    }
}
