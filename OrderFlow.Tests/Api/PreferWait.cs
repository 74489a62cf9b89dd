using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary><c>Prefer: wait=N</c>, over HTTP and two silos.</summary>
[Collection(ClusterCollection.Name)]
public sealed class PreferWait : IDisposable
{
    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;

    public PreferWait(SharedCluster shared)
    {
        _cluster = shared.Cluster;
        _api = new(_cluster.Client);
        _alice = _api.As(Tokens.Alice);
    }

    [Theory]
    [InlineData(2, "reserved")]
    [InlineData(99, "failed")]
    public async Task The_response_has_the_outcome(int quantity, string status)
    {
        await _cluster.SetStock("awaited", 10, 1.50m);
        var (order, tag, applied) = await Place("wait=5", quantity);
        Assert.Equal((status, "\"2\"", "wait=5"), ((string?)order["status"], tag, applied));
        await _cluster.SetStock("awaited", 10);
    }

    [Theory]
    [InlineData("respond-async, WAIT=\"1\"", "wait=1")]
    [InlineData("wait=3600", "wait=10")]
    public async Task A_preference_is_parsed_in_any_spelling_and_capped(string prefer, string expected)
    {
        await _cluster.SetStock("awaited", 10);
        Assert.Equal(expected, (await Place(prefer, 1)).Applied);
    }

    [Theory]
    [InlineData("wait")]
    [InlineData("wait=soon")]
    [InlineData("wait=0")]
    [InlineData("wait=-1")]
    [InlineData("wait=99999999999")]
    [InlineData("return=minimal")]
    public async Task An_invalid_preference_is_ignored(string prefer) => Assert.Null((await Place(prefer, 1)).Applied);

    [Fact]
    public async Task An_order_without_an_outcome_in_time_is_answered_as_pending()
    {
        await _cluster.SetStock("awaited", 10);
        var reserving = _cluster.Faults.Hold("Reserve");
        try
        {
            Assert.Equal("pending", (string?)(await Place("wait=1", 1)).Order["status"]);
        }
        finally
        {
            reserving.Release();
        }
    }

    public void Dispose()
    {
        _alice.Dispose();
        _api.Dispose();
    }

    private async Task<(JsonObject Order, string? Tag, string? Applied)> Place(string prefer, int quantity)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/orders", UriKind.Relative))
        {
            Content = new StringContent(HttpApi.OrderOf("alice", ("awaited", quantity)).ToJsonString(), Encoding.UTF8, "application/json"),
        };
        Assert.True(request.Headers.TryAddWithoutValidation("Prefer", prefer));
        using var answer = await _alice.SendAsync(request);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        var applied = answer.Headers.TryGetValues("Preference-Applied", out var values) ? values.Single() : null;
        return ((await answer.Content.ReadFromJsonAsync<JsonObject>())!, answer.Headers.ETag?.ToString(), applied);
    }
}
