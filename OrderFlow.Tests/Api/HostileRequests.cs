using System.Net;
using System.Net.Http.Headers;
using System.Text;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>
/// Requests of an attacker, to every path that takes them. Each is answered with a 4xx that says what is wrong without internals
/// (<see cref="Problem.In"/>), reaches no grain, and is not logged as an error.
/// </summary>
public sealed class HostileRequests : IDisposable
{
    private const string Line = """{"productId":"a","quantity":1}""";

    private static readonly (string Method, string Address, string Good)[] TakeBodies =
    [
        ("POST", "/orders", """{"userId":"root","items":[{"productId":"a","quantity":1}]}"""),
        ("PATCH", "/orders/1/status", """{"status":"cancelled"}"""),
        ("PUT", "/inventory/sku-1", """{"availableQuantity":1,"unitPrice":1}"""),
        ("POST", "/inventory/sku-1/restock", """{"quantity":1}"""),
        ("POST", "/inventory/sku-1/adjust", """{"delta":-1,"reason":"a"}"""),
        ("PUT", "/inventory/sku-1/settings", """{"unitPrice":1}"""),
    ];

    private readonly GivenGrains _grains = GivenGrains.Make();   // has no grains: every call would be a 500
    private readonly ApiProgram _api;

    public HostileRequests() => _api = new(_grains.Factory);

    public static TheoryData<string, string, string> Bodies
    {
        get
        {
            var all = new TheoryData<string, string, string>();
            foreach (var (method, address, good) in TakeBodies)
            {
                foreach (var (what, _) in Variants(good)) all.Add(method, address, what);
            }

            return all;
        }
    }

    [Theory, MemberData(nameof(Bodies))]
    public async Task An_invalid_body_is_rejected(string method, string address, string what)
    {
        var (_, _, good) = TakeBodies.Single(each => each.Address == address);
        var (_, body) = Variants(good).Single(each => each.What == what);
        using var client = _api.As(Tokens.Admin);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        using var answer = await client.SendAsync(request);
        var expected = body.Length > 64 * 1024 ? HttpStatusCode.RequestEntityTooLarge : HttpStatusCode.BadRequest;
        Assert.Equal((method, address, what, expected), (method, address, what, answer.StatusCode));
        await Problem.In(answer);
        NothingHappened();
    }

    [Theory]
    [InlineData("/orders")]
    [InlineData("/inventory")]
    [InlineData("/notifications/dead-letters")]
    [InlineData("/orders/1/notifications")]
    public async Task A_page_out_of_bounds_is_rejected(string address)
    {
        using var client = _api.As(Tokens.Admin);
        foreach (var (query, path) in new[]
        {
            ("limit=1000000000", "limit"), ("limit=-1", "limit"), ("limit=0", "limit"), ("limit=9223372036854775808", "limit"), ("limit=1e2", "limit"),
            ("limit=0x10", "limit"), ("limit=%00", "limit"), ("limit=٣", "limit"), ("limit[]=1&limit=", "limit"), ("limit=1&limit=2", "limit"),
            ("page=-1", "page"), ("page=0", "page"), ("page=9223372036854775808", "page"), ("page=1;drop", "page"), ("page=NaN", "page"),
        })
        {
            using var answer = await client.GetAsync(new Uri($"{address}?{query}", UriKind.Relative));
            Assert.Equal((query, HttpStatusCode.BadRequest), (query, answer.StatusCode));
            Assert.Equal((query, path), (query, Problem.Paths(await Problem.In(answer))));
        }

        NothingHappened();
    }

    [Theory]
    [InlineData("9223372036854775808", 404)]
    [InlineData("18446744073709551617", 404)]
    [InlineData("-9223372036854775809", 404)]
    [InlineData("99999999999999999999999999999999999999", 404)]
    [InlineData("1e3", 404)]
    [InlineData("0x1", 404)]
    [InlineData("1.0", 404)]
    [InlineData("%31%00", 400)]   // rejected by the server
    [InlineData("1'%20or%20'1'='1", 404)]
    [InlineData("..%2f..%2fetc%2fpasswd", 404)]
    public async Task An_id_that_no_order_can_have_is_not_found_in_any_verb(string id, int status)
    {
        foreach (var call in new[] { $"GET /orders/{id}", $"DELETE /orders/{id}", $"GET /orders/{id}/notifications", $"PATCH /orders/{id}/status" })
        {
            var answer = await _api.Send($"{call} HTTP/1.1", $"Authorization: Bearer {Tokens.Admin}", "Content-Length: 0");
            Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        }

        NothingHappened();
    }

    [Theory]
    [InlineData("TRACE", "/orders")]
    [InlineData("CONNECT", "/orders")]
    [InlineData("OPTIONS", "/orders/1")]
    [InlineData("PUT", "/orders/1")]
    [InlineData("POST", "/orders/1")]
    [InlineData("DELETE", "/orders")]
    [InlineData("PATCH", "/inventory/sku-1")]
    [InlineData("GET", "/inventory/sku-1/adjust")]
    [InlineData("FOO", "/inventory")]
    public Task An_unsupported_method_is_rejected(string method, string address) => Rejected(method, address, 405);

    [Theory]
    [InlineData("PUT", "/inventory/%ff")]
    [InlineData("PUT", "/inventory/a%c0%af")]
    [InlineData("GET", "/inventory/%ED%A0%80")]
    [InlineData("GET", "/inventory?q=caf%e9")]
    [InlineData("POST", "/orders?a=%80")]
    public async Task What_is_escaped_in_an_address_must_be_UTF8(string method, string address) =>
        Assert.Contains("must be UTF-8 where it is percent-encoded", await Rejected(method, address, 400), StringComparison.Ordinal);

    public void Dispose() => _api.Dispose();

    private async Task<string> Rejected(string method, string address, int status)
    {
        var answer = await _api.Send($"{method} {address} HTTP/1.1", $"Authorization: Bearer {Tokens.Admin}", "Content-Length: 0");
        Assert.StartsWith($"HTTP/1.1 {status} ", answer, StringComparison.Ordinal);
        NothingHappened();
        return answer;
    }

    private static IEnumerable<(string What, byte[] Body)> Variants(string good)
    {
        var open = good[..^1];
        yield return ("a member more", Utf8(open + ""","isAdmin":true}"""));
        yield return ("__proto__", Utf8(open + ""","__proto__":{"isAdmin":true}}"""));
        yield return ("$type", Utf8("""{"$type":"System.Diagnostics.Process",""" + good[1..]));
        yield return ("$ref", Utf8("""{"$ref":"1",""" + good[1..]));
        yield return ("an id", Utf8(open + ""","id":7}"""));
        yield return ("all members twice", Utf8(open + "," + good[1..]));
        yield return ("a comment", Utf8(open + "/* */}"));
        yield return ("two bodies", Utf8(good + good));
        yield return ("a byte order mark in the middle", Utf8("{\ufeff" + good[1..]));
        yield return ("in an array", Utf8($"[{good}]"));
        yield return ("in a string", Utf8($"\"{good.Replace("\"", "\\\"", StringComparison.Ordinal)}\""));
        yield return ("cut off", Utf8(open));
        yield return ("nothing", []);
        yield return ("NUL", [0]);
        yield return ("10,000 members", Utf8(open + string.Concat(Enumerable.Range(0, 10_000).Select(i => $",\"{i % 10}\":0")) + "}"));
        yield return ("10,000 lines", Utf8($$"""{"userId":"root","items":[{{string.Join(',', Enumerable.Repeat("{}", 10_000))}}]}"""));
        yield return ("10,000 lines in full", Utf8($$"""{"userId":"root","items":[{{string.Join(',', Enumerable.Repeat(Line, 10_000))}}]}"""));
        yield return ("30,000 arrays in each other", Utf8(open + ",\"x\":" + new string('[', 30_000) + new string(']', 30_000) + "}"));
        yield return ("30,000 arrays that do not end", Utf8(new string('[', 30_000)));
        yield return ("10,000 objects in each other", Utf8(string.Concat(Enumerable.Repeat("{\"a\":", 10_000))));
        yield return ("a number of 60,000 digits", Utf8(open + ",\"x\":" + new string('9', 60_000) + "}"));
        yield return ("a name of 60,000 characters", Utf8(open + ",\"" + new string('x', 60_000) + "\":0}"));
        yield return ("a byte that UTF-8 does not have, in a name", [.. Utf8(open + ",\""), 0xFF, .. Utf8("\":0}")]);
        yield return ("a byte that UTF-8 does not have, in a text", [.. Utf8(open + ",\"userId\":\"a"), 0xC0, 0x80, .. Utf8("\"}")]);
        yield return ("half a character", [.. Utf8("{\"status\":\"cancelled"), 0xE2, 0x82, .. Utf8("\",\"userId\":\""), 0xE2, 0x82, .. Utf8("\"}")]);
        yield return ("half a pair", Utf8(open + ",\"\\ud800\":0}"));
        yield return ("UTF-16", [0xFF, 0xFE, .. Encoding.Unicode.GetBytes(good)]);
        yield return ("10 MiB", Utf8(open + new string(' ', 10 * 1024 * 1024) + "}"));
    }

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);

    private void NothingHappened()
    {
        Assert.Empty(_grains.Asked);
        Assert.Empty(_api.Errors);
    }
}
