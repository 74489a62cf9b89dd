using System.Net;
using OrderFlow.Tests.Fixtures;
using static OrderFlow.Tests.Fixtures.OrderFlowCluster;

namespace OrderFlow.Tests.Api;

/// <summary>An import of as many rows as there may be, over HTTP and two silos, one of which is killed in the middle.</summary>
public sealed class LargeImports : IAsyncLifetime
{
    private const int Rows = Limits.ImportedProducts;

    private OrderFlowCluster _cluster = null!;

    public async Task InitializeAsync() => _cluster = await Start(silos: 2, responseTimeout: ClusterClient.ResponseTimeout);

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task Repeated_with_its_key_after_a_silo_was_killed_it_has_written_each_row_once()
    {
        using var api = new ApiProgram(_cluster.Client);
        using var admin = api.As(Tokens.Admin);
        var rows = string.Join(',', Enumerable.Range(0, Rows).Select(number => $$"""{"productId":"sku-{{number}}","availableQuantity":{{number}},"unitPrice":1}"""));
        Task<ApiAnswer> Import() => admin.Ask("POST", "/inventory/import", $$"""{"items":[{{rows}}]}""", ("Idempotency-Key", "the-key"));

        var first = Import();
        await Eventually.Get("a tenth of the rows to be written", Count, count => count >= Rows / 10);
        await _cluster.KillOneSilo();
        var answer = await first;
        Assert.Contains(answer.Status, new[] { HttpStatusCode.OK, HttpStatusCode.ServiceUnavailable });
        Assert.Equal(Rows, answer.Body["items"]!.AsArray().Count);

        answer = await Eventually.Get("the import to be completed", Import, answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(Rows, (int)answer.Body["imported"]!);
        Assert.Equal((Rows, Rows), (await Count(), await Count("version = 1 AND 'sku-' || available_quantity = product_id")));

        await admin.Ask("POST", "/inventory/sku-7/restock", """{"quantity":1}""");
        var again = await Import();
        Assert.Equal((HttpStatusCode.OK, answer.Body.ToJsonString(), true), (again.Status, again.Body.ToJsonString(), again.IsReplay));
        Assert.Equal(Rows - 1, await Count("version = 1"));
        Assert.Equal((8, 0), await _cluster.StockOf("sku-7"));
    }

    private Task<long> Count() => Count("true");

    private Task<long> Count(string condition) => _cluster.Scalar<long>($"SELECT count(*) FROM stock_items WHERE {condition}");
}
