using System.Net;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary><c>If-None-Match</c> and <c>If-Match</c> where an order is read (RFC 9110 §13).</summary>
public sealed class ConditionalReads : IDisposable
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly ApiProgram _api = new(GivenGrains.Make().Answer<IOrderGrain>((_, arguments) => Task.FromResult(
        ((Caller)arguments[0]!).UserId == "alice"
            ? OrderResult.Ok(new(7, "alice", [new("sku-1", 1)], OrderStatus.Pending, 0, At, At, FailReason: null, Version: 3))
            : OrderResult.NotFound)).Factory);

    [Theory]
    [InlineData("GET", "If-None-Match", "\"3\"", HttpStatusCode.NotModified)]
    [InlineData("HEAD", "If-None-Match", "\"3\"", HttpStatusCode.NotModified)]
    [InlineData("GET", "If-None-Match", "W/\"3\"", HttpStatusCode.NotModified)]
    [InlineData("GET", "If-None-Match", "\"2\", \"3\"", HttpStatusCode.NotModified)]
    [InlineData("GET", "If-None-Match", "*", HttpStatusCode.NotModified)]
    [InlineData("GET", "If-None-Match", "\"2\"", HttpStatusCode.OK)]
    [InlineData("GET", "If-None-Match", "\"03\"", HttpStatusCode.OK)]
    [InlineData("GET", "If-None-Match", "3", HttpStatusCode.BadRequest)]
    [InlineData("GET", "If-Match", "\"3\"", HttpStatusCode.OK)]
    [InlineData("GET", "If-Match", "*", HttpStatusCode.OK)]
    [InlineData("GET", "If-Match", "\"2\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("GET", "If-Match", "W/\"3\"", HttpStatusCode.PreconditionFailed)]
    [InlineData("GET", "If-Match", "3", HttpStatusCode.BadRequest)]
    public async Task A_read_is_answered_as_its_condition_says(string method, string header, string value, HttpStatusCode expected)
    {
        using var client = _api.As(Tokens.Alice);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri("/orders/7", UriKind.Relative));
        Assert.True(request.Headers.TryAddWithoutValidation(header, value));
        using var answer = await client.SendAsync(request);

        Assert.Equal(expected, answer.StatusCode);
        var hasOrder = expected is HttpStatusCode.OK or HttpStatusCode.NotModified;
        Assert.Equal(hasOrder ? "\"3\"" : null, answer.Headers.ETag?.ToString());
        if (expected == HttpStatusCode.NotModified) Assert.Empty(await answer.Content.ReadAsByteArrayAsync());
        if ((int)expected >= 400) await Problem.In(answer);
    }

    [Fact]
    public async Task If_Match_takes_precedence_over_If_None_Match()
    {
        using var client = _api.As(Tokens.Alice);
        client.DefaultRequestHeaders.Add("If-None-Match", "\"3\"");
        client.DefaultRequestHeaders.Add("If-Match", "\"2\"");
        using var answer = await client.GetAsync(new Uri("/orders/7", UriKind.Relative));
        Assert.Equal(HttpStatusCode.PreconditionFailed, answer.StatusCode);
    }

    [Fact]
    public async Task A_stranger_learns_nothing_from_a_tag()
    {
        using var client = _api.As(Tokens.Bob);
        client.DefaultRequestHeaders.Add("If-None-Match", "*");
        using var answer = await client.GetAsync(new Uri("/orders/7", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    public void Dispose() => _api.Dispose();
}
