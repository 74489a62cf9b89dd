using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Live;

public sealed class LateCommits
{
    /// <summary>Neither recovery nor a heartbeat is due: only the event that was committed signals the stream to read the order again.</summary>
    [Fact]
    public async Task The_order_and_its_stream_show_it_without_any_further_write()
    {
        using var external = new ExternalSystems();
        await using var proxy = new PostgresProxy();
        await using var cluster = await OrderFlowCluster.Start(
            silos: 1, external: external, proxy: proxy, settings: new KeyValuePair<string, string?>("Recovery:Interval", "00:10:00"));
        await cluster.SetStock("late", 1);
        using var api = new ApiProgram(cluster.Client, ("Live:HeartbeatInterval", "00:05:00"));
        using var alice = api.As(Tokens.Alice);
        var commit = proxy.Hold("\"status\":\"reserved\"");
        var id = await alice.Place("alice", ("late", 1));
        await commit.Arrived();
        commit.CutClient();
        Assert.Equal("pending", await StatusOf(alice, id));
        using var stream = await EventStreamClient.Connect(alice, $"/orders/{id}/events");
        Assert.Equal(["order 1 pending"], await stream.Next(1));

        commit.Release();

        Assert.Equal(["order 2 reserved"], await stream.Next(1));
        Assert.Equal("reserved", await StatusOf(alice, id));
    }

    private static async Task<string?> StatusOf(HttpClient client, long id) => (string?)(await client.Call("GET", $"/orders/{id}")).Body["status"];
}
