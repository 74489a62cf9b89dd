using System.Net;
using System.Net.Sockets;
using System.Text;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Limits of duration, URL and headers, and the responses beyond them.</summary>
public sealed class RequestSizeAndTimeouts : IDisposable
{
    private const string GoodOrder = """{"userId":"alice","items":[{"productId":"sku-1","quantity":1}]}""";
    private const string OutcomeUnknown =
        "The service is temporarily unavailable. Whether the request was carried out is unknown: read the resource before you send a change again. "
        + "A GET, and a POST with the same Idempotency-Key, can be repeated as they are.";

    private readonly TaskCompletionSource<OrderResult> _never = new();
    private readonly GivenGrains _grains = GivenGrains.Make().Answer<IOrderIdsGrain>((_, _) => Task.FromResult(new OrderIdBlock(42, 100)));
    private readonly ApiProgram _api;

    public RequestSizeAndTimeouts()
    {
        _grains.Answer<IOrderGrain>((_, _) => _never.Task).Answer<IOrderFulfilmentGrain>((_, _) => _never.Task);
        _api = new(_grains.Factory, ("Requests:Timeout", "00:00:01"));
    }

    [Theory]
    [InlineData("GET", "/orders/1", null, "IOrderGrain(1).Get")]
    [InlineData("DELETE", "/orders/1", null, "IOrderGrain(1).Delete")]
    [InlineData("PATCH", "/orders/1/status", """{"status":"pending"}""", "IOrderFulfilmentGrain(1).ChangeStatus")]
    [InlineData("POST", "/orders", GoodOrder, "IOrderGrain(42).Place")]
    public async Task A_request_that_times_out_is_reported_with_unknown_outcome(string method, string address, string? body, string call)
    {
        using var client = _api.As(Tokens.Admin);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(ClusterClient.RetryAfter, answer.Headers.RetryAfter?.Delta);
        Assert.Equal(OutcomeUnknown, (string?)(await Problem.In(answer))["detail"]);
        Assert.Equal(call, Assert.Single(_grains.Asked, asked => asked != "IOrderIdsGrain(0).Take"));
    }

    [Fact]
    public async Task A_request_is_not_retried_after_its_timeout()
    {
        _grains.Answer<IOrderGrain>((_, _) => Task.FromException<OrderResult>(new SiloUnavailableException("gone")));
        using var client = _api.As(Tokens.Alice);
        var began = TimeProvider.System.GetTimestamp();
        var (status, problem) = await client.Call("GET", "/orders/1");
        Assert.Equal((HttpStatusCode.ServiceUnavailable, OutcomeUnknown), (status, (string?)problem["detail"]));
        Assert.InRange(TimeProvider.System.GetElapsedTime(began), TimeSpan.FromMilliseconds(900), ClusterClient.RetryTimeout / 2);
    }

    [Fact]
    public async Task A_body_that_does_not_arrive_times_out()
    {
        using var client = _api.As(null);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /orders HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {Tokens.Alice}\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\r\n{{"));

        // Reads to the end of the response: the connection stays open for a while in case the body arrives.
        using var reader = new StreamReader(stream);
        var answer = new StringBuilder();
        var next = new char[1];
        while (!answer.ToString().Contains("in time.\"", StringComparison.Ordinal) && await reader.ReadAsync(next) == 1) answer.Append(next);
        Assert.StartsWith("HTTP/1.1 408 ", answer.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("\"detail\":\"The body was not received in time.\"", answer.ToString(), StringComparison.Ordinal);
        Assert.Empty(_grains.Asked);
        Assert.Empty(_api.Errors);
    }

    [Theory]
    [InlineData("7fffffff0")]   // beyond what the server counts in
    [InlineData("ffffffffffffffff")]
    [InlineData("zz")]
    public async Task A_chunk_that_cannot_be_is_the_senders_fault(string size)
    {
        var answer = await _api.Send(
            "POST /orders HTTP/1.1", $"Authorization: Bearer {Tokens.Alice}", "Content-Type: application/json", "Transfer-Encoding: chunked", "Host: test",
            "Connection: close", "", size);
        Assert.StartsWith("HTTP/1.1 400 ", answer, StringComparison.Ordinal);
        Assert.Empty(_grains.Asked);
        Assert.Empty(_api.Errors);
    }

    [Fact]
    public async Task A_connection_that_is_reset_in_a_body_is_no_fault_of_the_program()
    {
        using var client = _api.As(Tokens.Alice);
        using (var socket = new Socket(SocketType.Stream, ProtocolType.Tcp))
        {
            await socket.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes(
                $"POST /orders HTTP/1.1\r\nHost: test\r\nAuthorization: Bearer {Tokens.Alice}\r\nContent-Type: application/json\r\nContent-Length: 99\r\n\r\n{{"));
            await Task.Delay(300);   // until the body is being read
            socket.Close(0);   // a reset, not an end
        }

        await Task.Delay(300);
        using var answer = await client.GetAsync(new Uri("/health", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Empty(_grains.Asked);
        Assert.Empty(_api.Errors);
    }

    [Theory]
    [InlineData(4 * 1024, HttpStatusCode.NotFound)]
    [InlineData((4 * 1024) + 1, HttpStatusCode.RequestUriTooLong)]
    public async Task A_URL_has_a_maximum_length(int length, HttpStatusCode status)
    {
        using var client = _api.As(Tokens.Alice);
        const string path = "/nowhere?";
        using var answer = await client.GetAsync(new Uri(path + new string('a', length - path.Length), UriKind.Relative));
        Assert.Equal(status, answer.StatusCode);
        await Problem.In(answer);
    }

    [Fact]
    public async Task A_request_beyond_the_servers_limits_gets_a_bare_status()
    {
        Assert.StartsWith("HTTP/1.1 414 ", await _api.Send($"GET /{new string('a', 9_000)} HTTP/1.1"), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await _api.Send(["GET /health HTTP/1.1", .. Enumerable.Repeat("A: b", 101)]), StringComparison.Ordinal);
        Assert.StartsWith("HTTP/1.1 431 ", await _api.Send("GET /health HTTP/1.1", $"A: {new string('a', 33_000)}"), StringComparison.Ordinal);
        Assert.Empty(_api.Errors);
    }

    public void Dispose()
    {
        _api.Dispose();
        _never.TrySetCanceled();
    }
}
