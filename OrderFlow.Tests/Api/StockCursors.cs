using System.Buffers.Text;
using System.Net;
using System.Text;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Paging through stock items by cursor, over HTTP and Postgres.</summary>
[Collection(ClusterCollection.Name)]
public sealed class StockCursors : IDisposable
{
    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;

    public StockCursors(SharedCluster shared)
    {
        _cluster = shared.Cluster;
        _api = new(_cluster.Client);
        _alice = _api.As(Tokens.Alice);
    }

    [Fact]
    public async Task Each_product_is_listed_once_whatever_is_inserted_meanwhile()
    {
        for (var i = 0; i < 5; i++) await _cluster.SetStock($"cursor-{i}", 1);
        await _cluster.SetStock(new string('\u4e00', Limits.ProductIdLength), 1);   // no id needs a longer cursor
        var seen = new List<string>();
        var address = "/inventory?limit=2";
        for (string? cursor = ""; cursor is not null;)
        {
            var (status, page) = await _alice.Call("GET", address);
            Assert.Equal((HttpStatusCode.OK, cursor.Length == 0), (status, page.ContainsKey("page")));
            seen.AddRange(page["items"]!.AsArray().Select(item => (string)item!["productId"]!));
            await _cluster.SetStock($"! {seen.Count}", 1);   // sorts first: pages by number would repeat items
            cursor = (string?)page["nextCursor"];
            address = $"/inventory?limit=2&cursor={cursor}";
        }

        Assert.Equal(seen.Distinct(), seen);
        Assert.Equal(5, seen.Count(id => id.StartsWith("cursor-", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("!")]
    [InlineData("c2t1LTE")]                             // sku-1, without the prefix
    [InlineData("NjM5MDAwMDAwMDAwMDAwMDAwLjQy")]        // a cursor of orders
    public async Task A_text_that_is_no_cursor_is_rejected(string cursor)
    {
        var (status, problem) = await _alice.Call("GET", $"/inventory?cursor={cursor}");
        Assert.Equal((HttpStatusCode.BadRequest, "cursor"), (status, Problem.Paths(problem)));
    }

    [Theory]
    [InlineData("stock:")]
    [InlineData("stock:a/b")]
    [InlineData("stock:a\0b")]
    [InlineData("stock: a")]
    public async Task A_cursor_for_an_impossible_product_is_rejected(string place)
    {
        var (status, problem) = await _alice.Call("GET", $"/inventory?cursor={Base64Url.EncodeToString(Encoding.UTF8.GetBytes(place))}");
        Assert.Equal((HttpStatusCode.BadRequest, "cursor"), (status, Problem.Paths(problem)));
    }

    [Fact]
    public async Task Page_and_cursor_cannot_be_combined()
    {
        var cursor = Base64Url.EncodeToString("stock:sku-1"u8);
        var (status, problem) = await _alice.Call("GET", $"/inventory?page=1&cursor={cursor}");
        Assert.Equal((HttpStatusCode.BadRequest, "page"), (status, Problem.Paths(problem)));
    }

    public void Dispose()
    {
        _alice.Dispose();
        _api.Dispose();
    }
}
