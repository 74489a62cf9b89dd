using System.Net;
using System.Text;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary><c>ETag</c> and <c>If-Match</c>, over HTTP and two silos.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ConditionalChanges : IDisposable
{
    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;

    public ConditionalChanges(SharedCluster shared)
    {
        _cluster = shared.Cluster;
        _api = new(_cluster.Client);
        _alice = _api.As(Tokens.Alice);
    }

    [Fact]
    public async Task Of_fifty_cancels_of_one_version_one_succeeds_and_the_others_are_stale()
    {
        var (id, tag) = await Reserved();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Send(HttpMethod.Patch, $"/orders/{id}/status", tag)));
        Assert.Equal(1, answers.Count(answer => answer.Status == HttpStatusCode.OK));
        Assert.Equal(49, answers.Count(answer => answer.Status == HttpStatusCode.PreconditionFailed));
    }

    [Fact]
    public async Task Every_answer_with_an_order_has_the_tag_of_its_version_and_each_change_makes_another()
    {
        var (id, reserved) = await Reserved();
        Assert.Equal("\"2\"", reserved);
        var (status, cancelled) = await Send(HttpMethod.Patch, $"/orders/{id}/status", reserved);
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.NotEqual(reserved, cancelled);
        Assert.Equal(cancelled, (await Send(HttpMethod.Get, $"/orders/{id}")).Tag);
    }

    [Theory]
    [InlineData("\"1\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("W/\"2\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"02\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"another\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("\"99999999999999999999\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("2", HttpStatusCode.BadRequest)]
    [InlineData("\"2", HttpStatusCode.BadRequest)]
    [InlineData("\"2\"", HttpStatusCode.OK)]
    [InlineData("\"1\", \"2\"", HttpStatusCode.OK)]
    [InlineData("*", HttpStatusCode.OK)]
    public async Task An_order_is_changed_and_deleted_only_in_a_version_that_the_request_names(string ifMatch, HttpStatusCode expected)
    {
        var (first, second) = ((await Reserved()).Id, (await Reserved()).Id);
        Assert.Equal(expected, (await Send(HttpMethod.Patch, $"/orders/{first}/status", ifMatch)).Status);
        Assert.Equal(expected, (await Send(HttpMethod.Delete, $"/orders/{second}", ifMatch)).Status);

        var isDone = expected == HttpStatusCode.OK;
        Assert.Equal(isDone ? "cancelled" : "reserved", (string?)(await _alice.Call("GET", $"/orders/{first}")).Body["status"]);
        Assert.Equal(isDone ? HttpStatusCode.NotFound : HttpStatusCode.OK, (await Send(HttpMethod.Get, $"/orders/{second}")).Status);
    }

    [Fact]
    public async Task A_stranger_learns_nothing_from_a_tag()
    {
        var (id, tag) = await Reserved();
        using var bob = _api.As(Tokens.Bob);
        foreach (var ifMatch in new[] { tag, "\"1\"", "*" })
        {
            Assert.Equal(HttpStatusCode.NotFound, (await Send(HttpMethod.Patch, $"/orders/{id}/status", ifMatch, bob)).Status);
            Assert.Equal(HttpStatusCode.NotFound, (await Send(HttpMethod.Delete, $"/orders/{id}", ifMatch, bob)).Status);
        }
    }

    public void Dispose()
    {
        _alice.Dispose();
        _api.Dispose();
    }

    private async Task<(long Id, string Tag)> Reserved()
    {
        await _cluster.SetStock("tagged", 1000);
        var id = await _alice.Place("alice", ("tagged", 1));
        await _alice.Settled(id);
        return (id, (await Send(HttpMethod.Get, $"/orders/{id}")).Tag!);
    }

    private async Task<(HttpStatusCode Status, string? Tag)> Send(HttpMethod method, string address, string? ifMatch = null, HttpClient? client = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(address, UriKind.Relative));
        if (method == HttpMethod.Patch) request.Content = new StringContent("""{"status":"cancelled"}""", Encoding.UTF8, "application/json");
        if (ifMatch is not null) Assert.True(request.Headers.TryAddWithoutValidation("If-Match", ifMatch));
        using var answer = await (client ?? _alice).SendAsync(request);
        if (!answer.IsSuccessStatusCode) await Problem.In(answer);
        return (answer.StatusCode, answer.Headers.ETag?.ToString());
    }
}
