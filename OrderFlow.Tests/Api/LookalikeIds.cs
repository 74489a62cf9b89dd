using System.Net;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;
using NormalForm = OrderFlow.Api.Inventory.NormalForm;
using TextId = OrderFlow.ServiceDefaults.Auth.TextId;

namespace OrderFlow.Tests.Api;

/// <summary>
/// Ids that look the same are the same product: new ones are normalized and hold nothing invisible. Products created before keep their exact id.
/// </summary>
[Collection(ClusterCollection.Name)]
public sealed class LookalikeIds : IDisposable
{
    private const string Composed = "caf\u00e9";
    private const string Decomposed = "cafe\u0301";

    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;
    private readonly HttpClient _admin;

    public LookalikeIds(SharedCluster shared)
    {
        _cluster = shared.Cluster;
        _api = new(_cluster.Client);
        (_alice, _admin) = (_api.As(Tokens.Alice), _api.As(Tokens.Admin));
    }

    [Fact]
    public async Task Two_spellings_of_a_new_id_are_one_product()
    {
        foreach (var (id, quantity) in new[] { ($"{Composed}-new", 10), ($"{Decomposed}-new", 20) })
        {
            var (status, item) = await Set(id, quantity);
            Assert.Equal((HttpStatusCode.OK, $"{Composed}-new", quantity), (status, (string?)item["productId"], (int)item["availableQuantity"]!));
        }

        Assert.Equal(25, (int)(await _admin.Call("POST", $"{At($"{Decomposed}-new")}/restock", """{"quantity":5}""")).Body["availableQuantity"]!);
        Assert.Equal(25, (int)(await _alice.Call("GET", At($"{Decomposed}-new"))).Body["availableQuantity"]!);
        Assert.Equal(1, await _cluster.Scalar<long>($"SELECT count(*) FROM stock_items WHERE normalize(product_id, NFC) = '{Composed}-new'"));
    }

    [Theory]
    [InlineData("sku\u200b-1", "U+200B")]
    [InlineData("sku-1\ufeff", "U+FEFF")]
    [InlineData("\u202esku-1", "U+202E")]
    [InlineData("sku\u00ad-1", "U+00AD")]
    [InlineData("sku\u2066-1", "U+2066")]
    [InlineData("sku\u3164-1", "U+3164")]
    [InlineData("sku\ufe0f-1", "U+FE0F")]
    [InlineData("sku\u2028-1", "U+2028")]
    [InlineData("sku\u0378-1", "U+0378")]
    [InlineData("sku\udb40\udc41-1", "U+E0041")]
    [InlineData("sku\udb40\udd01-1", "U+E0101")]
    public async Task No_product_gets_an_id_with_invisible_characters(string id, string character)
    {
        var (status, problem) = await Set(id, 10);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal($"must not hold invisible, bidirectional or unassigned characters ({character})", (string?)problem["errors"]!["productId"]![0]);
        Assert.Equal(HttpStatusCode.NotFound, (await _alice.Call("GET", At(id))).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await _admin.Call("POST", $"{At(id)}/restock", """{"quantity":5}""")).Status);
        Assert.Equal(0, await _cluster.Scalar<long>("SELECT count(*) FROM stock_items WHERE product_id LIKE 'sku%-1' AND product_id <> 'sku-1'"));
    }

    [Fact]
    public async Task An_id_that_normalization_makes_too_long_is_no_products()
    {
        var (status, problem) = await Set(new string('\uFB2C', Limits.ProductIdLength), 10);   // each becomes three characters
        Assert.Equal((HttpStatusCode.BadRequest, "productId"), (status, Problem.Paths(problem)));
        Assert.Equal(0, await _cluster.Scalar<long>($"SELECT count(*) FROM stock_items WHERE length(product_id) > {Limits.ProductIdLength}"));
    }

    [Theory]
    [InlineData($"{Decomposed}-old")]
    [InlineData("old\u200b")]
    public async Task A_product_that_has_such_an_id_already_is_reached_by_it_and_only_by_it(string id)
    {
        await _cluster.SetStock(id, 100);
        var lookalike = id[0] == 'o' ? "old" : $"{Composed}-old";
        await _cluster.SetStock(lookalike, 1);

        Assert.Equal(id, (string?)(await Set(id, 50)).Body["productId"]);
        Assert.Equal(60, (int)(await _admin.Call("POST", $"{At(id)}/restock", """{"quantity":10}""")).Body["availableQuantity"]!);
        Assert.Equal(id, (string?)(await _alice.Call("GET", At(id))).Body["productId"]);

        var order = await _alice.Settled(await _alice.Place("alice", (id, 7)));
        Assert.Equal(("reserved", id), ((string?)order["status"], (string?)order["items"]![0]!["productId"]));
        Assert.Equal((53, 7), await _cluster.StockOf(id));
        Assert.Equal((1, 0), await _cluster.StockOf(lookalike));
    }

    [Fact]
    public async Task A_line_that_matches_no_product_exactly_is_rejected_before_the_order_is_placed()
    {
        await _cluster.SetStock($"{Composed}-line", 100);
        var before = await _cluster.Scalar<long>("SELECT count(*) FROM orders");
        var order = HttpApi.OrderOf("alice", ($"{Composed}-line", 1), ($"{Decomposed}-line", 1), ("line\u200b", 1), ("line", 1));
        var (status, problem) = await _alice.Call("POST", "/orders", order.ToJsonString());

        Assert.Equal((HttpStatusCode.BadRequest, "items[1].productId items[2].productId"), (status, Problem.Paths(problem)));
        Assert.Equal(
            "must be in Unicode normalization form C, unless a product has exactly this id", (string?)problem["errors"]!["items[1].productId"]![0]);
        Assert.Equal(before, await _cluster.Scalar<long>("SELECT count(*) FROM orders"));
    }

    [Theory]
    [InlineData("ali\u200bce")]
    [InlineData("Zoe\u0308")]        // ë as two characters
    [InlineData("\u1112\u1161\u11ab")]
    [InlineData("\u212b")]
    public async Task An_order_for_a_user_with_invisible_characters_or_in_another_spelling_is_rejected(string userId)
    {
        var (status, problem) = await _admin.Call("POST", "/orders", HttpApi.OrderOf(userId, ("sku-1", 1)).ToJsonString());
        Assert.Equal((HttpStatusCode.BadRequest, "userId"), (status, Problem.Paths(problem)));
    }

    [Theory]
    [InlineData("Zo\u00eb")]
    [InlineData("\ud55c\uad6d\uc5b4")]
    [InlineData("\u0995\u09be")]      // Bengali, with a vowel sign
    public void A_user_id_in_normalization_form_c_is_valid(string userId) => Assert.Null(TextId.ValidateUserId(userId));

    /// <summary>For every character: text that needs no call must be text that the database leaves unchanged.</summary>
    [Fact]
    public async Task Text_that_is_certainly_normalized_is_normalized_to_the_database()
    {
        await using var command = _cluster.Database.CreateCommand("""
            SELECT code FROM generate_series(1, 1114111) AS code
            WHERE code NOT BETWEEN 55296 AND 57343
              AND (chr(code) IS NOT NFC NORMALIZED OR ('A' || chr(code)) IS NOT NFC NORMALIZED)
            """);
        await using var rows = await command.ExecuteReaderAsync();
        var doubtful = new List<int>();
        while (await rows.ReadAsync()) doubtful.Add(rows.GetInt32(0));

        Assert.InRange(doubtful.Count, 1_000, 3_000);
        Assert.Empty(doubtful.Where(code => NormalForm.PassesQuickCheck(char.ConvertFromUtf32(code))).Select(code => $"U+{code:X4}"));
    }

    [Theory]
    [InlineData("sku-1", true)]
    [InlineData("\u043a\u043d\u0438\u0433\u0430", true)]      // Cyrillic
    [InlineData("\u65e5\u672c\u8a9e\u306e\u672c", true)]      // Japanese
    [InlineData("\ud55c\uad6d\uc5b4", true)]                  // Korean
    [InlineData("\ud83d\uded2", true)]                        // an emoji
    [InlineData("cafe\u0301", false)]
    [InlineData("\u212b", false)]
    public void Most_ids_need_no_call(string id, bool isCertain)
    {
        Assert.Equal(isCertain, NormalForm.PassesQuickCheck(id));
        Assert.Null(TextId.ValidateVisible(id));
    }

    public void Dispose()
    {
        _alice.Dispose();
        _admin.Dispose();
        _api.Dispose();
    }

    private static string At(string productId) => $"/inventory/{Uri.EscapeDataString(productId)}";

    private Task<(HttpStatusCode Status, JsonObject Body)> Set(string productId, int quantity) =>
        _admin.Call("PUT", At(productId), $$"""{"availableQuantity":{{quantity}},"unitPrice":1}""");
}
