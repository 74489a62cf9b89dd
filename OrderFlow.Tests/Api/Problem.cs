using System.Text.Json.Nodes;

namespace OrderFlow.Tests.Api;

/// <summary>The problem details (RFC 9457) that every error response must have.</summary>
internal static class Problem
{
    /// <summary>The problem of a response. Fails if there is none, if it is incomplete, or if it reveals internals.</summary>
    public static async Task<JsonObject> In(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        foreach (var inside in new[] { "System.", "OrderFlow.", "Exception", "   at ", "PlaceOrderRequest", "PlaceOrderLineRequest", "Int64" })
            Assert.DoesNotContain(inside, text, StringComparison.Ordinal);

        var problem = JsonNode.Parse(text)!.AsObject();
        Assert.Equal((int)answer.StatusCode, (int)problem["status"]!);
        Assert.False(string.IsNullOrEmpty((string?)problem["title"]));
        Assert.NotNull((string?)problem["type"]);
        Assert.Equal(Assert.Single(answer.Headers.GetValues("X-Request-Id")), (string?)problem["requestId"]);
        return problem;
    }

    /// <summary>The paths in a problem's <c>errors</c>, in order.</summary>
    public static string Paths(JsonObject problem) => string.Join(' ', problem["errors"]!.AsObject().Select(error => error.Key));
}
