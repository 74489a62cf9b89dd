using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Which bodies are rejected, with which status and which paths in <c>errors</c>; a rejected one reaches no grain.</summary>
public sealed class RequestBodies : IDisposable
{
    private readonly GivenGrains _grains = GivenGrains.Make()
        .Answer<IOrderIdsGrain>((_, _) => Task.FromResult(new OrderIdBlock(42, 100)))
        .Answer<IOrderGrain>((_, arguments) => Task.FromResult(OrderResult.Ok(Stored((PlaceOrder)arguments[0]!))))
        .Answer<IStockAdminGrain>((_, arguments) => Task.FromResult(new StockResult(
            Outcome.Ok, new StockItem("sku-1", (long)arguments[1]!, 0, 9.99m, new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero)))));

    private readonly ApiProgram _api;

    public RequestBodies() => _api = new(_grains.Factory);

    public static TheoryData<string, string> BadOrders => new()
    {
        { "", "$" },
        { "null", "$" },
        { "[]", "$" },
        { "7", "$" },
        { "{", "$" },
        { "{}", "items userId" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1}]} x""", "$" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1}],}""", "$" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1}],"note":"hi"}""", "note" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1,"price":{"a":[1]}}]}""", "items[0].price" },
        { """{"UserId":"alice","items":[{"productId":"a","quantity":1}]}""", "UserId" },
        { """{"userId":"alice","userId":"alice","items":[{"productId":"a","quantity":1}]}""", "userId" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1,"quantity":1}]}""", "items[0].quantity" },
        { """{"userId":7,"items":[{"productId":"a","quantity":1}]}""", "userId" },
        { """{"userId":null,"items":[{"productId":"a","quantity":1}]}""", "userId" },
        { """{"userId":"","items":[{"productId":"a","quantity":1}]}""", "userId" },
        { """{"userId":" alice","items":[{"productId":"a","quantity":1}]}""", "userId" },
        { """{"userId":"ali\u0000ce","items":[{"productId":"a","quantity":1}]}""", "userId" },
        { """{"userId":"system","items":[{"productId":"a","quantity":1}]}""", "userId" },
        { """{"userId":"alice","items":null}""", "items" },
        { """{"userId":"alice","items":{}}""", "items" },
        { """{"userId":"alice","items":[]}""", "items" },
        { """{"userId":"alice","items":[null]}""", "items[0]" },
        { """{"userId":"alice","items":["a"]}""", "items[0]" },
        { """{"userId":"alice","items":[{}]}""", "items[0].productId items[0].quantity" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1},{"productId":"","quantity":0}]}""", "items[1].productId items[1].quantity" },
        { """{"userId":"alice","items":[{"productId":null,"quantity":null}]}""", "items[0].productId items[0].quantity" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":0}]}""", "items[0].quantity" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":-1}]}""", "items[0].quantity" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1000001}]}""", "items[0].quantity" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":99999999999999999999}]}""", "items[0].quantity" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1e400}]}""", "items[0].quantity" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1.5}]}""", "items[0].quantity" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":"1"}]}""", "items[0].quantity" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":true}]}""", "items[0].quantity" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":NaN}]}""", "items[0].quantity" },
        { """{"userId":"alice","items":[{"productId":"a\u0000b","quantity":1}]}""", "items[0].productId" },
        { """{"userId":"alice","items":[{"productId":"a\u001fb","quantity":1}]}""", "items[0].productId" },
        { """{"userId":"alice","items":[{"productId":"\ud800","quantity":1}]}""", "items[0].productId" },
        { """{"userId":"alice","items":[{"productId":"a ","quantity":1}]}""", "items[0].productId" },
        { """{"userId":"alice","items":[{"productId":"a/b","quantity":1}]}""", "items[0].productId" },
        { $$"""{"userId":"alice","items":[{"productId":"{{new string('a', 65)}}","quantity":1}]}""", "items[0].productId" },
        { $$"""{"userId":"alice","items":[{{string.Join(',', Enumerable.Repeat("""{"productId":"a","quantity":1}""", 101))}}]}""", "items" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1}],"totalAmount":-0.01}""", "totalAmount" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1}],"totalAmount":0.001}""", "totalAmount" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1}],"totalAmount":1e-40}""", "totalAmount" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1}],"totalAmount":1e400}""", "totalAmount" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1}],"totalAmount":100000000000001}""", "totalAmount" },
        { """{"userId":"alice","items":[{"productId":"a","quantity":1}],"totalAmount":"19.98"}""", "totalAmount" },
        { $$"""{"userId":{{new string('[', 60)}}1{{new string(']', 60)}},"items":[]}""", "userId" },
    };

    public static TheoryData<string, string> BadStock => new()
    {
        { "{}", "availableQuantity unitPrice" },
        { """{"availableQuantity":-1,"unitPrice":1}""", "availableQuantity" },
        { """{"availableQuantity":1000000001,"unitPrice":1}""", "availableQuantity" },
        { """{"availableQuantity":1,"unitPrice":-1}""", "unitPrice" },
        { """{"availableQuantity":1,"unitPrice":1.001}""", "unitPrice" },
        { """{"availableQuantity":1,"unitPrice":1000000.01}""", "unitPrice" },
        { """{"availableQuantity":1,"unitPrice":1,"reservedQuantity":0}""", "reservedQuantity" },
    };

    public static TheoryData<string, string> BadStatusChanges => new()
    {
        { """{"cancelReason":"a mistake"}""", "cancelReason status" },
        { """{"status":"confirmed","cancelReason":"a mistake"}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":""}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":" a mistake"}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":"a mistake\n"}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":"a\u0007b"}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":"a\nb"}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":"\ud800"}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":"a\u200bb"}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":"a\u2028b"}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":"\u202eekatsim a"}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":"a mistake\u2069"}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":"a mistake\ufeff"}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":"cancelled"}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":"deleted"}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":"expired"}""", "cancelReason" },
        { """{"status":"cancelled","cancelReason":7}""", "cancelReason" },
        { $$"""{"status":"cancelled","cancelReason":"{{new string('a', 201)}}"}""", "cancelReason" },
        { """{"status":"cancelled","CancelReason":"a mistake"}""", "CancelReason" },
        { $$"""{"tracking":{{Parcel()}}}""", "status tracking" },
        { $$"""{"status":"cancelled","tracking":{{Parcel()}}}""", "tracking" },
        { $$"""{"status":"confirmed","tracking":{{Parcel()}}}""", "tracking" },
        { """{"status":"fulfilled","tracking":{}}""", "tracking.carrier tracking.number" },
        { """{"status":"fulfilled","tracking":"DHL"}""", "tracking" },
        { """{"status":"fulfilled","tracking":[]}""", "tracking" },
        { """{"status":"fulfilled","tracking":{"carrier":"DHL","number":7}}""", "tracking.number" },
        { """{"status":"fulfilled","tracking":{"carrier":"DHL","number":"1","more":1}}""", "tracking.more" },
        { """{"status":"fulfilled","tracking":{"carrier":"DHL","carrier":"UPS","number":"1"}}""", "tracking.carrier" },
        { Fulfilled(carrier: "", number: ""), "tracking.carrier tracking.number" },
        { Fulfilled(carrier: new string('a', 51)), "tracking.carrier" },
        { Fulfilled(carrier: "D\\u0000HL"), "tracking.carrier" },
        { Fulfilled(carrier: "\\u202eLHD", number: "1\\u200d"), "tracking.carrier tracking.number" },
        { Fulfilled(number: "1\\ufe0f"), "tracking.number" },
        { Fulfilled(number: new string('1', 51)), "tracking.number" },
        { Fulfilled(number: "1\\n2"), "tracking.number" },
        { Fulfilled(number: "1 "), "tracking.number" },
        { Fulfilled(url: ""), "tracking.url" },
        { Fulfilled(url: "https://"), "tracking.url" },
        { Fulfilled(url: "https:parcels.example"), "tracking.url" },
        { Fulfilled(url: "//parcels.example/1"), "tracking.url" },
        { Fulfilled(url: "parcels.example/1"), "tracking.url" },
        { Fulfilled(url: "ftp://parcels.example/1"), "tracking.url" },
        { Fulfilled(url: "javascript:alert(1)"), "tracking.url" },
        { Fulfilled(url: "https://dhl.com@parcels.example/1"), "tracking.url" },
        { Fulfilled(url: "https://parcels.example/1 2"), "tracking.url" },
        { Fulfilled(url: "https://parcels.example/1\\n2"), "tracking.url" },
        { Fulfilled(url: "https://pärcels.example/1"), "tracking.url" },
        { Fulfilled(url: "https://[parcels.example/1"), "tracking.url" },
        { Fulfilled(url: $"https://parcels.example/{new string('1', 233)}"), "tracking.url" },
    };

    [Theory, MemberData(nameof(BadOrders))]
    public async Task An_invalid_order_is_rejected_and_nothing_is_stored(string body, string paths)
    {
        using var client = _api.As(Tokens.Alice);
        using var answer = await client.PostAsync(new Uri("/orders", UriKind.Relative), Json(body));
        Assert.Equal((body, HttpStatusCode.BadRequest), (body, answer.StatusCode));
        Assert.Equal(paths, Problem.Paths(await Problem.In(answer)));
        Assert.Empty(_grains.Asked);
        Assert.Empty(_api.Errors);
    }

    [Theory, MemberData(nameof(BadStock))]
    public async Task Invalid_stock_is_rejected_and_nothing_is_stored(string body, string paths)
    {
        using var client = _api.As(Tokens.Admin);
        using var answer = await client.PutAsync(new Uri("/inventory/sku-1", UriKind.Relative), Json(body));
        Assert.Equal((body, HttpStatusCode.BadRequest), (body, answer.StatusCode));
        Assert.Equal(paths, Problem.Paths(await Problem.In(answer)));
        Assert.Empty(_grains.Asked);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"quantity":0}""")]
    [InlineData("""{"quantity":1000001}""")]
    public async Task An_invalid_restock_is_rejected(string body)
    {
        using var client = _api.As(Tokens.Admin);
        using var answer = await client.PostAsync(new Uri("/inventory/sku-1/restock", UriKind.Relative), Json(body));
        Assert.Equal((body, HttpStatusCode.BadRequest), (body, answer.StatusCode));
        Assert.Equal("quantity", Problem.Paths(await Problem.In(answer)));
        Assert.Empty(_grains.Asked);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"status":"Cancelled"}""")]
    [InlineData("""{"status":"3"}""")]
    [InlineData("""{"status":3}""")]
    [InlineData("""{"status":"shipped"}""")]
    [InlineData("""{"status":"pending, cancelled"}""")]
    public async Task An_invalid_status_is_rejected(string body)
    {
        using var client = _api.As(Tokens.Alice);
        using var answer = await client.PatchAsync(new Uri("/orders/1/status", UriKind.Relative), Json(body));
        Assert.Equal((body, HttpStatusCode.BadRequest), (body, answer.StatusCode));
        Assert.Equal("status", Problem.Paths(await Problem.In(answer)));
        Assert.Empty(_grains.Asked);
    }

    [Fact]
    public async Task A_status_is_all_that_its_body_may_have()
    {
        using var client = _api.As(Tokens.Alice);
        using var answer = await client.PatchAsync(new Uri("/orders/1/status", UriKind.Relative), Json("""{"status":"cancelled","target":"cancelled"}"""));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("target", Problem.Paths(await Problem.In(answer)));
        Assert.Empty(_grains.Asked);
    }

    [Theory, MemberData(nameof(BadStatusChanges))]
    public async Task An_invalid_reason_or_parcel_is_rejected(string body, string paths)
    {
        using var client = _api.As(Tokens.Admin);
        using var answer = await client.PatchAsync(new Uri("/orders/1/status", UriKind.Relative), Json(body));
        Assert.Equal((body, HttpStatusCode.BadRequest), (body, answer.StatusCode));
        Assert.Equal(paths, Problem.Paths(await Problem.In(answer)));
        Assert.Empty(_grains.Asked);
        Assert.Empty(_api.Errors);
    }

    [Theory]
    [InlineData("\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645")]   // Persian, with a non-joiner
    [InlineData("\u0915\u094d\u200d\u0937")]                                 // Hindi, with a joiner
    [InlineData("\u845b\udb40\udd00\u57ce")]                                 // Japanese, with a variation of a kanji
    [InlineData("\u1820\u180b")]                                             // Mongolian, with a variation of a letter
    [InlineData("\u2764\ufe0f \ud83d\udc69\u200d\ud83d\ude92")]              // emoji
    public async Task A_reason_may_be_in_any_script(string reason)
    {
        ChangeStatus? command = null;
        _grains.Answer<IOrderFulfilmentGrain>((_, arguments) =>
        {
            command = (ChangeStatus)arguments[0]!;
            return Task.FromResult(OrderResult.NotFound);
        });
        using var client = _api.As(Tokens.Admin);

        using var answer = await client.PatchAsync(new Uri("/orders/1/status", UriKind.Relative), Json($$"""{"status":"cancelled","cancelReason":"{{reason}}"}"""));

        Assert.Equal((HttpStatusCode.NotFound, reason), (answer.StatusCode, command?.CancelReason));
    }

    [Fact]
    public async Task The_longest_reason_and_parcel_reach_the_grain()
    {
        var commands = new List<ChangeStatus>();
        _grains.Answer<IOrderFulfilmentGrain>((_, arguments) =>
        {
            commands.Add((ChangeStatus)arguments[0]!);
            return Task.FromResult(OrderResult.NotFound);
        });
        var (reason, carrier, number, url) = (
            $"Cancelled: {string.Concat(Enumerable.Repeat("🎁", 94))}!", new string('ü', 50), new string('1', 50), $"http://parcels.example/{new string('1', 233)}");
        using var client = _api.As(Tokens.Admin);
        foreach (var body in new[] { $$"""{"status":"cancelled","cancelReason":"{{reason}}"}""", Fulfilled(carrier, number, url), """{"status":"fulfilled","tracking":{"carrier":"a","number":"1","url":null}}""" })
        {
            using var answer = await client.PatchAsync(new Uri("/orders/1/status", UriKind.Relative), Json(body));
            Assert.Equal((body, HttpStatusCode.NotFound), (body, answer.StatusCode));
        }

        var admin = new Caller("root", IsAdmin: true);
        Assert.Equal((Limits.CancelReasonLength, Limits.TrackingUrlLength), (reason.Length, url.Length));
        Assert.Equal(
            [
                new(OrderStatus.Cancelled, admin, CancelReason: reason),
                new(OrderStatus.Fulfilled, admin, Tracking: new(carrier, number, url)),
                new(OrderStatus.Fulfilled, admin, Tracking: new("a", "1")),
            ],
            commands);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=no-such")]
    [InlineData(null)]
    public async Task Another_type_than_JSON_in_UTF8_is_rejected(string? type)
    {
        using var client = _api.As(Tokens.Alice);
        using var content = Json(GoodOrder);
        content.Headers.Remove("Content-Type");
        if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await client.PostAsync(new Uri("/orders", UriKind.Relative), content);
        Assert.Equal((type, HttpStatusCode.UnsupportedMediaType), (type, answer.StatusCode));
        await Problem.In(answer);
        Assert.Empty(_grains.Asked);
    }

    [Fact]
    public async Task A_compressed_body_is_rejected()
    {
        using var client = _api.As(Tokens.Alice);
        using var content = Json(GoodOrder);
        content.Headers.ContentEncoding.Add("gzip");
        using var answer = await client.PostAsync(new Uri("/orders", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
        await Problem.In(answer);
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(true, 1)]
    [InlineData(false, 10_000_000)]
    [InlineData(true, 10_000_000)]
    public async Task A_body_over_64_KiB_is_rejected_with_or_without_Content_Length(bool chunked, int excess)
    {
        using var client = _api.As(Tokens.Alice);
        client.DefaultRequestHeaders.TransferEncodingChunked = chunked;
        using var content = Json(GoodOrder + new string(' ', (64 * 1024) + excess - GoodOrder.Length));
        using var answer = await client.PostAsync(new Uri("/orders", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, answer.StatusCode);
        await Problem.In(answer);
        Assert.Empty(_grains.Asked);

        // The server has discarded the rest of the body and keeps the connection.
        client.DefaultRequestHeaders.TransferEncodingChunked = null;
        using var next = await client.GetAsync(new Uri("/health", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.Empty(_api.Errors);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_of_64_KiB_is_accepted(bool chunked)
    {
        using var client = _api.As(Tokens.Alice);
        client.DefaultRequestHeaders.TransferEncodingChunked = chunked;
        using var content = Json(GoodOrder + new string(' ', (64 * 1024) - GoodOrder.Length));
        using var answer = await client.PostAsync(new Uri("/orders", UriKind.Relative), content);
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
    }

    [Fact]
    public async Task A_valid_order_is_answered_with_its_location_and_all_its_members()
    {
        using var client = _api.As(Tokens.Alice);
        using var answer = await client.PostAsync(new Uri("/orders", UriKind.Relative), Json(GoodOrder));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal("/orders/42", answer.Headers.Location?.OriginalString);
        Assert.Equal("application/json", answer.Content.Headers.ContentType?.MediaType);
        Assert.Equal(
            """{"id":42,"userId":"alice","items":[{"productId":"sku-1","quantity":2},{"productId":"sku-1","quantity":1}],"status":"pending","totalAmount":0,"createdAt":"2026-01-02T03:04:05.678Z","updatedAt":"2026-01-02T03:04:05.678Z"}""",
            await answer.Content.ReadAsStringAsync());
        Assert.Equal("IOrderGrain(42).Place", Assert.Single(_grains.Asked, call => call != "IOrderIdsGrain(0).Take"));
    }

    [Theory]
    [InlineData("null", null)]
    [InlineData("0", "0")]
    [InlineData("29.97", "29.97")]
    [InlineData("100000000000000.00", "100000000000000.00")]
    public async Task The_total_a_client_agrees_to_reaches_the_grain(string sent, string? agreed)
    {
        PlaceOrder? command = null;
        _grains.Answer<IOrderGrain>((_, arguments) =>
        {
            command = (PlaceOrder)arguments[0]!;
            return Task.FromResult(OrderResult.Ok(Stored(command)));
        });

        using var client = _api.As(Tokens.Alice);
        using var answer = await client.PostAsync(new Uri("/orders", UriKind.Relative), Json(GoodOrder.Replace("}]}", $$"""}],"totalAmount":{{sent}}}""", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(agreed is null ? null : decimal.Parse(agreed, System.Globalization.CultureInfo.InvariantCulture), command!.AgreedTotal);
    }

    [Fact]
    public async Task An_order_for_another_user_is_rejected_unless_an_admin_places_it()
    {
        using var bob = _api.As(Tokens.Bob);
        using var refused = await bob.PostAsync(new Uri("/orders", UriKind.Relative), Json(GoodOrder));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        await Problem.In(refused);
        Assert.Empty(_grains.Asked);

        using var admin = _api.As(Tokens.Admin);
        using var placed = await admin.PostAsync(new Uri("/orders", UriKind.Relative), Json(GoodOrder));
        Assert.Equal(HttpStatusCode.Created, placed.StatusCode);
    }

    public void Dispose() => _api.Dispose();

    private const string GoodOrder = """{"userId":"alice","items":[{"productId":"sku-1","quantity":2},{"productId":"sku-1","quantity":1}]}""";

    private static string Parcel(string carrier = "DHL", string number = "1", string url = "https://parcels.example/1") =>
        $$"""{"carrier":"{{carrier}}","number":"{{number}}","url":"{{url}}"}""";

    private static string Fulfilled(string carrier = "DHL", string number = "1", string url = "https://parcels.example/1") =>
        $$"""{"status":"fulfilled","tracking":{{Parcel(carrier, number, url)}}}""";

    private static StringContent Json(string body) => new(body, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    private static Order Stored(PlaceOrder command)
    {
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, 678, TimeSpan.Zero);
        return new(42, command.UserId, [.. command.Items], OrderStatus.Pending, 0, at, at, FailReason: null, Version: 1);
    }
}
