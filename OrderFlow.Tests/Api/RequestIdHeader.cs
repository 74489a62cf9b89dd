using System.Net;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>The id that links a response, a problem and the log. <see cref="Problem.In"/> asserts that every problem has it.</summary>
public sealed class RequestIdHeader : IDisposable
{
    private const string Header = "X-Request-Id";

    private readonly GivenGrains _grains = GivenGrains.Make().Answer<IOrderGrain>((_, _) => throw new InvalidOperationException("a fault"));
    private readonly ApiProgram _api;

    public RequestIdHeader() => _api = new(_grains.Factory);

    public static TheoryData<string> Good => new()
    {
        "a", "0193f0a2-5b1e-7c44-9d1c-0e5c6a7b8c9d", "0193f0a2-5b1e-7c44-9d1c-0e5c6a7b8c9d#12", "Root=1-67891233:abc/def+==", new string('a', 128),
    };

    public static TheoryData<string> Bad => new()
    {
        "", "a b", "a\"b", "a,b", "a;b", "<a>", "a%0ab", "a\tb", "\u00c3\u00a9", "${jndi:x}", new string('a', 129),
    };

    [Theory, MemberData(nameof(Good))]
    public async Task A_callers_id_is_returned_and_logged(string id)
    {
        using var client = _api.As(Tokens.Alice);
        client.DefaultRequestHeaders.Add(Header, id);
        using var answer = await client.GetAsync(new Uri("/orders/7", UriKind.Relative));
        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(id, (string?)(await Problem.In(answer))["requestId"]);
        Assert.Equal($"GET /orders/7 failed, request {id}", Assert.Single(_api.Errors));
        Assert.EndsWith($"RequestId:{id}", Assert.Single(_api.ScopesOfErrors), StringComparison.Ordinal);

        using var good = await client.GetAsync(new Uri("/health", UriKind.Relative));
        Assert.Equal(id, Assert.Single(good.Headers.GetValues(Header)));
    }

    [Theory, MemberData(nameof(Bad))]
    public async Task An_unsafe_id_is_replaced(string id)
    {
        var answer = await _api.Send("GET /health HTTP/1.1", $"{Header}: {id}");
        Assert.StartsWith("HTTP/1.1 200 ", answer, StringComparison.Ordinal);
        Assert.Matches(@"\r\nX-Request-Id: [0-9A-Z]{13}:[0-9A-F]{8}\r\n", answer);
    }

    [Fact]
    public async Task Two_ids_are_ignored()
    {
        var answer = await _api.Send("GET /health HTTP/1.1", $"{Header}: a", $"{Header}: b");
        Assert.Matches(@"\r\nX-Request-Id: [0-9A-Z]{13}:[0-9A-F]{8}\r\n", answer);
    }

    [Fact]
    public async Task A_request_without_an_id_gets_its_own_which_is_logged()
    {
        using var client = _api.As(Tokens.Alice);
        var ids = new List<string>();
        for (var i = 0; i < 3; i++)
        {
            using var answer = await client.GetAsync(new Uri("/orders/7", UriKind.Relative));
            ids.Add((string)(await Problem.In(answer))["requestId"]!);
        }

        Assert.Equal(3, ids.Distinct().Count());
        Assert.Equal(ids.Select(id => $"GET /orders/7 failed, request {id}"), _api.Errors);
        Assert.All(ids.Zip(_api.ScopesOfErrors), pair => Assert.Contains($"RequestId:{pair.First}", pair.Second, StringComparison.Ordinal));
    }

    public void Dispose() => _api.Dispose();
}
