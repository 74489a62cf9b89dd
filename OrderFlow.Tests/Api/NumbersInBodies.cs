using System.Net;
using System.Text;
using OrderFlow.Inventory;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Numbers in bodies are read by value and not by notation; and what may precede a body.</summary>
public sealed class NumbersInBodies : IDisposable
{
    private readonly List<object?[]> _asked = [];
    private readonly ApiProgram _api;

    public NumbersInBodies() => _api = new(GivenGrains.Make()
        .Answer<IStockAdminGrain>((_, arguments) =>
        {
            _asked.Add(arguments);
            return Task.FromResult(new StockResult(Outcome.Ok, new StockItem("sku-1", 1, 0, 1, TimeProvider.System.GetUtcNow())));
        }).Factory);

    [Theory]
    [InlineData("1", 1)]
    [InlineData("1.0", 1)]
    [InlineData("1.000000000000000000000000000000000000000000", 1)]
    [InlineData("1e2", 100)]
    [InlineData("1E+2", 100)]
    [InlineData("1200e-2", 12)]
    [InlineData("0.12e2", 12)]
    [InlineData("1e6", 1_000_000)]
    public async Task A_whole_number_may_be_written_in_any_way(string written, long quantity)
    {
        Assert.Equal("", await Restock(written));
        Assert.Equal(quantity, Assert.Single(_asked)[1]);
    }

    [Theory]
    [InlineData("1.5", "must be a whole number")]
    [InlineData("1e-2", "must be a whole number")]
    [InlineData("1e-400", "must be a whole number")]
    [InlineData("1e-99999999999", "must be a whole number")]
    [InlineData("1.0000000000000000000000000000000000000000001", "must be a whole number")]
    [InlineData("0", "must be from 1 to 1000000")]
    [InlineData("-0.0", "must be from 1 to 1000000")]
    [InlineData("-1e400", "must be from 1 to 1000000")]
    [InlineData("1e400", "must be from 1 to 1000000")]
    [InlineData("1e99999999999", "must be from 1 to 1000000")]
    [InlineData("0e99999999999", "must be from 1 to 1000000")]
    [InlineData("99999999999999999999", "must be from 1 to 1000000")]
    [InlineData("\"1\"", "is of the wrong type")]
    public async Task An_invalid_number_is_rejected_with_its_error(string written, string objection)
    {
        Assert.Equal(objection, await Restock(written));
        Assert.Empty(_asked);
    }

    [Theory]
    [InlineData("9.99", "9.99")]
    [InlineData("9.990", "9.99")]
    [InlineData("9.9900000000000000000000000000000000000000", "9.99")]
    [InlineData("999e-2", "9.99")]
    [InlineData("1e6", "1000000")]
    [InlineData("0.000", "0")]
    [InlineData("-0.0", "0")]
    public async Task An_amount_is_judged_by_its_value(string written, string amount)
    {
        Assert.Equal("", await Price(written));
        Assert.Equal(amount, ((decimal)Assert.Single(_asked)[2]!).ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData("9.999", "must have at most 2 decimals")]
    [InlineData("9.9900000000000000000000000000000000000001", "must have at most 2 decimals")]
    [InlineData("12345.0000000000000000000000001", "must have at most 2 decimals")]
    [InlineData("1e-3", "must have at most 2 decimals")]
    [InlineData("1e-400", "must have at most 2 decimals")]
    [InlineData("1e400", "must be at most 1000000.00")]
    [InlineData("1000000.01", "must be at most 1000000.00")]
    [InlineData("-0.01", "must not be negative")]
    [InlineData("-1e400", "must not be negative")]
    public async Task An_amount_that_would_be_rounded_or_is_out_of_bounds_is_refused(string written, string objection)
    {
        Assert.Equal(objection, await Price(written));
        Assert.Empty(_asked);
    }

    [Fact]
    public async Task A_byte_order_mark_before_a_body_is_ignored()
    {
        using var answer = await Send("/inventory/sku-1/restock", HttpMethod.Post, [.. Encoding.UTF8.Preamble, .. "{\"quantity\":1}"u8]);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("utf-16", true)]
    [InlineData("utf-16", false)]
    [InlineData("utf-16BE", false)]
    [InlineData("utf-32", true)]
    [InlineData("utf-32BE", false)]
    public async Task A_body_in_another_encoding_is_rejected_as_such(string name, bool withMark)
    {
        var encoding = Encoding.GetEncoding(name);
        byte[] body = [.. withMark ? encoding.GetPreamble() : [], .. encoding.GetBytes("{\"quantity\":1}")];
        using var answer = await Send("/inventory/sku-1/restock", HttpMethod.Post, body);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("must be in UTF-8, not in UTF-16 or UTF-32", (string?)(await Problem.In(answer))["errors"]!["$"]![0]);
    }

    public void Dispose() => _api.Dispose();

    private Task<string> Restock(string quantity) => Objection("/inventory/sku-1/restock", HttpMethod.Post, $$"""{"quantity":{{quantity}}}""", "quantity");

    private Task<string> Price(string price) => Objection("/inventory/sku-1", HttpMethod.Put, $$"""{"availableQuantity":1,"unitPrice":{{price}}}""", "unitPrice");

    /// <summary>The error of the member; null if the body is valid.</summary>
    private async Task<string> Objection(string address, HttpMethod method, string body, string member)
    {
        using var answer = await Send(address, method, Encoding.UTF8.GetBytes(body));
        if (answer.StatusCode == HttpStatusCode.OK) return "";

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        return (string)Assert.Single((await Problem.In(answer))["errors"]![member]!.AsArray())!;
    }

    private async Task<HttpResponseMessage> Send(string address, HttpMethod method, byte[] body)
    {
        using var admin = _api.As(Tokens.Admin);
        using var request = new HttpRequestMessage(method, new Uri(address, UriKind.Relative)) { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/json");
        return await admin.SendAsync(request);
    }
}
