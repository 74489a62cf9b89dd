using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary><c>POST /inventory/import</c> in JSON and CSV, over HTTP and two silos.</summary>
[Collection(ClusterCollection.Name)]
public sealed class StockImports : IDisposable
{
    private const string Header = "productId,availableQuantity,unitPrice,lowStockThreshold";
    private const int MaxBytes = 1024 * 1024;

    private readonly OrderFlowCluster _cluster;
    private readonly ApiProgram _api;
    private readonly HttpClient _alice;
    private readonly HttpClient _admin;
    private readonly string _prefix = $"i{Guid.NewGuid():N}-";
    private readonly string _key = $"{Guid.NewGuid()}";

    public StockImports(SharedCluster shared)
    {
        _cluster = shared.Cluster;
        _api = new(_cluster.Client);
        (_alice, _admin) = (_api.As(Tokens.Alice), _api.As(Tokens.Admin));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Every_row_is_created_or_set_and_the_answer_confirms_each(bool isCsv)
    {
        await _admin.Ask("PUT", $"/inventory/{_prefix}1", """{"availableQuantity":1,"unitPrice":1,"lowStockThreshold":7}""");
        await _admin.Ask("PUT", $"/inventory/{_prefix}2", """{"availableQuantity":1,"unitPrice":1}""");
        await _admin.Ask("DELETE", $"/inventory/{_prefix}2");

        var answer = await Import([Row("1", 10, "9.99"), Row("2", 0, "0"), Row("3", 1_000_000_000, "1000000.00", threshold: "5")], isCsv);

        Assert.Equal((HttpStatusCode.OK, false), (answer.Status, answer.IsReplay));
        Assert.Equal(
            $$"""{"imported":3,"items":[{"productId":"{{_prefix}}1","status":"imported"},{"productId":"{{_prefix}}2","status":"imported"},{"productId":"{{_prefix}}3","status":"imported"}]}""",
            answer.Body.ToJsonString());
        Assert.Equal([(10, 9.99m, 7), (0, 0, null), (1_000_000_000, 1_000_000, 5)], await Stored());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Of_a_thousand_rows_three_wrong_ones_are_named_and_none_is_written(bool isCsv)
    {
        var rows = Enumerable.Range(0, 1_000).Select(number => Row($"{number}", number, "1.5")).ToArray();
        rows[3] = Row("3", -1, "1.5");
        rows[500] = Row("500", 1, "1.555");
        rows[999] = Row("998", 1, "1");

        var answer = await Import(rows, isCsv);

        Assert.Equal(HttpStatusCode.BadRequest, answer.Status);
        Assert.Equal(
            """{"items[3].availableQuantity":["must be from 0 to 1000000000"],"items[500].unitPrice":["must have at most 2 decimals"],"items[999].productId":["is the product of items[998], too"]}""",
            answer.Body["errors"]!.ToJsonString());
        Assert.Empty(await Stored());
    }

    [Fact]
    public async Task Every_wrong_row_is_named_whatever_is_wrong_with_it()
    {
        var csv = await ImportCsv(Encoding.UTF8.GetBytes(
            $"productId,availableQuantity,unitPrice\n{_prefix}1,1,1\nHEALTH,1,1\n{_prefix}2,-1,1\n{_prefix}3,1\n{_prefix}1,1,1\na\u200bb,1,one\nn%2Fa,1,1\n{_prefix}\"4,1,1\n"));
        Assert.Equal(
            (HttpStatusCode.BadRequest, "items[1].productId items[2].availableQuantity items[4].productId items[5].productId items[5].unitPrice items[6].productId line 5 line 9"),
            (csv.Status, Problem.Paths(csv.Body)));

        var json = await _admin.Ask("POST", "/inventory/import", $$"""
            {"items":[
              {"productId":"{{_prefix}}1","availableQuantity":"1","unitPrice":1},
              {"productId":"HEALTH","availableQuantity":1,"unitPrice":1},
              null, 1, "a",
              {"productId":"{{_prefix}}2","availableQuantity":1,"unitPrice":1,"x":1},
              {"productId":"{{_prefix}}3","availableQuantity":-1,"unitPrice":1},
              {"productId":"{{_prefix}}3","availableQuantity":1.5,"unitPrice":1},
              {"productId":"{{_prefix}}3","availableQuantity":1,"unitPrice":1}]}
            """);
        Assert.Equal(
            (HttpStatusCode.BadRequest,
                "items[0].availableQuantity items[1].productId items[2] items[3] items[4] items[5].x items[6].availableQuantity items[7].availableQuantity items[8].productId"),
            (json.Status, Problem.Paths(json.Body)));
        Assert.Empty(await Stored());
    }

    [Theory]
    [InlineData("1.0", "1e0", "")]
    [InlineData("1e3", "1E-2", "")]
    [InlineData("99999999999999999999", "79228162514264337593543950336", "must be from 0 to 1000000000|must be at most 1000000.00")]
    [InlineData("1.5", "1.555", "must be a whole number|must have at most 2 decimals")]
    [InlineData("01", ".5", null)]
    [InlineData("+1", "5.", null)]
    [InlineData("1 2", "1_000", null)]
    public async Task A_number_counts_by_value_in_both_forms(string quantity, string price, string? errors)
    {
        var csv = await ImportCsv(Encoding.UTF8.GetBytes($"productId,availableQuantity,unitPrice\n{_prefix}1,{quantity},{price}\n"));
        Assert.Equal(errors ?? "must be a whole number|must be a number such as 9.99", ErrorsOf(csv));
        if (errors is null) return;   // is not JSON

        var json = await _admin.Ask("POST", "/inventory/import", $$"""{"items":[{"productId":"{{_prefix}}1","availableQuantity":{{quantity}},"unitPrice":{{price}}}]}""");
        Assert.StartsWith(ErrorsOf(json), errors, StringComparison.Ordinal);   // one for a row that cannot be read

        static string ErrorsOf(ApiAnswer answer) => string.Join('|', answer.Body["errors"]?.AsObject().Select(error => (string?)error.Value![0]) ?? []);
    }

    [Theory]
    [InlineData("", "items[0].productId")]
    [InlineData("n%2fa", "items[0].productId")]
    [InlineData("a/b", "items[0].productId")]
    [InlineData("health", "items[0].productId")]
    [InlineData("HEALTH", "items[0].productId")]
    [InlineData("sku\u200b1", "items[0].productId")]
    public async Task An_id_that_no_product_can_have_is_an_error_of_its_row(string id, string paths)
    {
        foreach (var isCsv in new[] { false, true })
        {
            var answer = await Import([(id, 1, "1", ""), Row("1", 1, "1")], isCsv);
            Assert.Equal((isCsv, HttpStatusCode.BadRequest, paths), (isCsv, answer.Status, Problem.Paths(answer.Body)));
        }

        Assert.Empty(await Stored());
    }

    [Fact]
    public async Task Two_spellings_of_one_product_are_an_error_and_one_is_normalized()
    {
        var both = await Import([Row("caf\u00e9", 1, "1"), Row("x", 1, "1"), Row("cafe\u0301", 2, "1")]);
        Assert.Equal(
            (HttpStatusCode.BadRequest, """{"items[2].productId":["is the product of items[0], too"]}"""), (both.Status, both.Body["errors"]!.ToJsonString()));
        Assert.Empty(await Stored());

        var one = await Import([Row("cafe\u0301", 2, "1")]);
        Assert.Equal((HttpStatusCode.OK, $"{_prefix}caf\u00e9"), (one.Status, (string?)one.Body["items"]![0]!["productId"]));
        Assert.Equal((2, 0), await _cluster.StockOf($"{_prefix}caf\u00e9"));
    }

    [Theory]
    [InlineData("{}", "items")]
    [InlineData("""{"items":null}""", "items")]
    [InlineData("""{"items":[]}""", "items")]
    [InlineData("""{"items":{}}""", "items")]
    [InlineData("""{"items":[null]}""", "items[0]")]
    [InlineData("""{"items":[{}]}""", "items[0].availableQuantity items[0].productId items[0].unitPrice")]
    [InlineData("""{"items":[{"productId":"a","availableQuantity":1,"unitPrice":1,"lowStockThreshold":-1}]}""", "items[0].lowStockThreshold")]
    [InlineData("""{"items":[{"productId":"a","availableQuantity":"1","unitPrice":1}]}""", "items[0].availableQuantity")]
    [InlineData("""{"items":[{"productId":"a","availableQuantity":1,"unitPrice":1,"reservedQuantity":1}]}""", "items[0].reservedQuantity")]
    [InlineData("""[{"productId":"a","availableQuantity":1,"unitPrice":1}]""", "$")]
    [InlineData("", "$")]
    public async Task An_invalid_body_in_JSON_is_rejected(string body, string paths)
    {
        var answer = await _admin.Ask("POST", "/inventory/import", body);
        Assert.Equal((body, HttpStatusCode.BadRequest, paths), (body, answer.Status, Problem.Paths(answer.Body)));
    }

    [Theory]
    [InlineData("", "$")]
    [InlineData(Header, "items")]
    [InlineData("a,1,1\n", "line 1")]
    [InlineData("productId,availableQuantity\na,1\n", "line 1")]
    [InlineData("productId,availableQuantity,unitPrice,colour\na,1,1,red\n", "line 1")]
    [InlineData("productId,availableQuantity,unitPrice,unitPrice\na,1,1,1\n", "line 1")]
    [InlineData("ProductId,availableQuantity,unitPrice\na,1,1\n", "line 1")]
    [InlineData("productId;availableQuantity;unitPrice\na;1;1\n", "line 1")]
    [InlineData("productId,availableQuantity,unitPrice\na,1,1\nb,1\nc,1,1\n\nd,1,1,1\n", "line 3 line 6")]
    [InlineData("productId,availableQuantity,unitPrice\na,1,1\nb\"b,1,1\n", "line 3")]
    [InlineData("productId,availableQuantity,unitPrice\na,one,1\n,1.5,nine\nc,,-1\na,1,1\n",
        "items[0].availableQuantity items[1].availableQuantity items[1].productId items[1].unitPrice items[2].availableQuantity items[2].unitPrice items[3].productId")]
    [InlineData("productId,availableQuantity,unitPrice,lowStockThreshold\na,1,1,-1\nb,1,\"1,5\",x\n",
        "items[0].lowStockThreshold items[1].lowStockThreshold items[1].unitPrice")]
    public async Task An_invalid_body_in_CSV_is_rejected_and_each_wrong_line_is_named(string body, string paths)
    {
        var answer = await ImportCsv(Encoding.UTF8.GetBytes(body));
        Assert.Equal((body, HttpStatusCode.BadRequest, paths), (body, answer.Status, Problem.Paths(answer.Body)));
    }

    [Fact]
    public async Task CSV_may_be_written_in_any_way_that_RFC_4180_allows()
    {
        var answer = await ImportCsv([.. Encoding.UTF8.Preamble, .. Encoding.UTF8.GetBytes(
            $"unitPrice,\"productId\",availableQuantity\r\n\"9.990\",\"{_prefix}a,b\",\"10\"\r\n\r\n 1 ,\"{_prefix}say \"\"hi\"\"\",2")]);
        Assert.Equal((HttpStatusCode.OK, 2), (answer.Status, (int)answer.Body["imported"]!));
        Assert.Equal([(10, 9.99m, null), (2, 1, null)], await Stored());
    }

    [Fact]
    public async Task Too_many_rows_are_rejected()
    {
        foreach (var isCsv in new[] { false, true })
        {
            var answer = await Import([.. Enumerable.Range(0, 1_001).Select(number => Row($"{number}", 1, "1"))], isCsv);
            Assert.Equal((isCsv, HttpStatusCode.BadRequest, """{"items":["must have 1 to 1000 rows"]}"""), (isCsv, answer.Status, answer.Body["errors"]!.ToJsonString()));
        }
    }

    [Fact]
    public async Task A_body_of_1_MiB_is_accepted_and_a_larger_one_is_not()
    {
        var json = Json([Row("1", 1, "1")]);
        Assert.Equal(HttpStatusCode.OK, (await _admin.Ask("POST", "/inventory/import", json.PadRight(MaxBytes))).Status);

        foreach (var excess in new[] { 1, 3 * MaxBytes })
        {
            var answer = await _admin.Ask("POST", "/inventory/import", json.PadRight(MaxBytes + excess));
            Assert.Equal(
                (HttpStatusCode.RequestEntityTooLarge, "The body may have at most 1048576 bytes."), (answer.Status, (string?)answer.Body["detail"]));
            Assert.Equal(HttpStatusCode.OK, (await _admin.Ask("GET", "/health")).Status);
        }
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("text/csv; charset=utf-16")]
    [InlineData("application/vnd.ms-excel")]
    [InlineData(null)]
    public async Task Another_type_than_JSON_and_CSV_in_UTF8_is_rejected(string? type)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Csv([Row("1", 1, "1")])));
        if (type is not null) content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        var answer = await _admin.AskWith("POST", "/inventory/import", content);
        Assert.Equal(
            (HttpStatusCode.UnsupportedMediaType, "The body must be application/json or text/csv in UTF-8, without a content coding."),
            (answer.Status, (string?)answer.Body["detail"]));
    }

    [Fact]
    public async Task CSV_in_another_encoding_is_rejected_as_such()
    {
        var answer = await ImportCsv(Encoding.Latin1.GetBytes(Csv([Row("caf\u00e9", 1, "1")])));
        Assert.Equal((HttpStatusCode.BadRequest, """{"$":["must be in UTF-8"]}"""), (answer.Status, answer.Body["errors"]!.ToJsonString()));
    }

    [Fact]
    public async Task A_repeat_with_the_key_changes_nothing_in_either_form()
    {
        var rows = new[] { Row("1", 10, "9.99"), Row("2", 20, "1") };
        var first = await Import(rows, isCsv: false, _key);
        Assert.Equal((HttpStatusCode.OK, false), (first.Status, first.IsReplay));
        await _admin.Ask("POST", $"/inventory/{_prefix}1/restock", """{"quantity":5}""");
        await _cluster.DeactivateAll();

        rows[0] = Row("1", 10, "9.990");
        foreach (var isCsv in new[] { false, true })
        {
            var again = await Import(rows, isCsv, _key);
            Assert.Equal((HttpStatusCode.OK, first.Body.ToJsonString(), true), (again.Status, again.Body.ToJsonString(), again.IsReplay));
        }

        Assert.Equal([(15, 9.99m, null), (20, 1, null)], await Stored());
    }

    [Fact]
    public async Task A_key_belongs_to_its_user_and_its_rows()
    {
        var rows = new[] { Row("1", 10, "1"), Row("2", 20, "1") };
        await Import(rows, isCsv: false, _key);
        await _admin.Ask("POST", $"/inventory/{_prefix}1/restock", """{"quantity":5}""");
        foreach (var other in new[] { rows[..1], [rows[1], rows[0]], [rows[0], Row("2", 21, "1")], [rows[0], Row("2", 20, "1.01")], [rows[0], Row("2", 20, "1", "5")] })
        {
            var reused = await Import(other, isCsv: false, _key);
            Assert.Equal((HttpStatusCode.UnprocessableEntity, false), (reused.Status, reused.IsReplay));
        }

        Assert.Equal([(15, 1m, null), (20, 1, null)], await Stored());
        using var another = _api.As(Tokens.For("another", claims => claims["role"] = "admin"));
        var theirs = await another.Ask("POST", "/inventory/import", Json(rows), ("Idempotency-Key", _key));
        Assert.Equal((HttpStatusCode.OK, false), (theirs.Status, theirs.IsReplay));
        Assert.Equal([(10, 1m, null), (20, 1, null)], await Stored());
    }

    [Fact]
    public async Task Without_a_key_or_after_a_rejection_the_rows_are_set_again()
    {
        var rows = new[] { Row("1", 10, "1") };
        Assert.Equal(HttpStatusCode.BadRequest, (await Import([Row("1", -1, "1")], isCsv: true, _key)).Status);
        Assert.Equal((HttpStatusCode.OK, false), await Status(Import(rows, isCsv: true, _key)));
        await _admin.Ask("POST", $"/inventory/{_prefix}1/restock", """{"quantity":5}""");
        Assert.Equal((HttpStatusCode.OK, false), await Status(Import(rows)));
        Assert.Equal([(10, 1m, null)], await Stored());
    }

    [Fact]
    public async Task Each_row_is_a_movement_of_the_admin()
    {
        await _cluster.SetStock($"{_prefix}1", 4);
        await Import([Row("1", 10, "1")]);
        var moved = (await _admin.Ask("GET", $"/inventory/{_prefix}1/movements?limit=1")).Body["items"]![0]!;
        Assert.Equal(("set", 6, "root"), ((string?)moved["kind"], (int)moved["availableDelta"]!, (string?)moved["actor"]));
    }

    [Fact]
    public async Task Imports_are_for_admins_only()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await _alice.Ask("POST", "/inventory/import", Json([Row("1", 1, "1")]))).Status);
        Assert.Empty(await Stored());
    }

    public void Dispose()
    {
        _alice.Dispose();
        _admin.Dispose();
        _api.Dispose();
    }

    private static string Csv(IEnumerable<(string Id, long Available, string Price, string Threshold)> rows) =>
        string.Join('\n', [Header, .. rows.Select(row => string.Create(CultureInfo.InvariantCulture, $"{row.Id},{row.Available},{row.Price},{row.Threshold}"))]);

    private static string Json(IEnumerable<(string Id, long Available, string Price, string Threshold)> rows) => new JsonObject
    {
        ["items"] = new JsonArray([.. rows.Select(row => new JsonObject
        {
            ["productId"] = row.Id, ["availableQuantity"] = row.Available, ["unitPrice"] = JsonNode.Parse(row.Price),
            ["lowStockThreshold"] = row.Threshold.Length == 0 ? null : JsonNode.Parse(row.Threshold),
        })]),
    }.ToJsonString();

    private static async Task<(HttpStatusCode Status, bool IsReplay)> Status(Task<ApiAnswer> answering)
    {
        var answer = await answering;
        return (answer.Status, answer.IsReplay);
    }

    private (string Id, long Available, string Price, string Threshold) Row(string id, long available, string price, string threshold = "") =>
        (_prefix + id, available, price, threshold);

    private Task<ApiAnswer> Import((string Id, long Available, string Price, string Threshold)[] rows, bool isCsv = false, string? key = null) =>
        isCsv ? ImportCsv(Encoding.UTF8.GetBytes(Csv(rows)), key) : _admin.Ask("POST", "/inventory/import", Json(rows), KeyOf(key));

    private async Task<ApiAnswer> ImportCsv(byte[] body, string? key = null)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("text/csv");
        return await _admin.AskWith("POST", "/inventory/import", content, KeyOf(key));
    }

    private static (string, string)[] KeyOf(string? key) => key is null ? [] : [("Idempotency-Key", key)];

    /// <summary>The products of this test that are stored, by id.</summary>
    private async Task<(long Available, decimal Price, long? Threshold)[]> Stored()
    {
        await using var command = _cluster.Database.CreateCommand(
            $"SELECT available_quantity, unit_price, low_stock_threshold FROM stock_items WHERE starts_with(product_id, '{_prefix}') AND archived_at IS NULL ORDER BY product_id");
        await using var rows = await command.ExecuteReaderAsync();
        var stored = new List<(long, decimal, long?)>();
        while (await rows.ReadAsync()) stored.Add((rows.GetInt64(0), rows.GetDecimal(1), rows.IsDBNull(2) ? null : rows.GetInt64(2)));
        return [.. stored];
    }
}
