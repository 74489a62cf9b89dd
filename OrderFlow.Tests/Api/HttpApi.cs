using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>A response, with the headers of versions and of repeated requests.</summary>
internal sealed record ApiAnswer(HttpStatusCode Status, JsonObject Body, string? Tag, bool IsReplay);

/// <summary>Calls the API in tests.</summary>
internal static class HttpApi
{
    /// <summary>Sends a JSON body, or none, and returns the status with the JSON of the response.</summary>
    public static async Task<(HttpStatusCode Status, JsonObject Body)> Call(this HttpClient client, string method, string address, string? body = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request);
        if (!answer.IsSuccessStatusCode) return (answer.StatusCode, await Problem.In(answer));
        return (answer.StatusCode, (await answer.Content.ReadFromJsonAsync<JsonObject>())!);
    }

    /// <summary>Sends a JSON body, or none, with these headers.</summary>
    public static async Task<ApiAnswer> Ask(this HttpClient client, string method, string address, string? body = null, params (string Name, string Value)[] headers)
    {
        using var content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        return await client.AskWith(method, address, content, headers);
    }

    /// <summary>Sends a body, or none, with these headers.</summary>
    public static async Task<ApiAnswer> AskWith(
        this HttpClient client, string method, string address, HttpContent? body, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative)) { Content = body };
        foreach (var (name, value) in headers) Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        using var answer = await client.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();
        return new(
            answer.StatusCode,
            (int)answer.StatusCode >= 400 ? await Problem.In(answer) : text.Length == 0 ? [] : JsonNode.Parse(text)!.AsObject(),
            answer.Headers.ETag?.ToString(),
            answer.Headers.TryGetValues("Idempotent-Replayed", out var replayed) && replayed.Single() == "true");
    }

    /// <summary>Places an order, which must succeed, and returns its id.</summary>
    public static async Task<long> Place(this HttpClient client, string userId, params (string ProductId, int Quantity)[] lines)
    {
        var (status, order) = await client.Call("POST", "/orders", OrderOf(userId, lines).ToJsonString());
        Assert.Equal(HttpStatusCode.Created, status);   // pending, or a later status if the call was retried
        return (long)order["id"]!;
    }

    /// <summary>Waits until an order is no longer pending, and returns it.</summary>
    public static async Task<JsonObject> Settled(this HttpClient client, long id) => (await Eventually.Get(
        $"order {id} to be no longer pending",
        () => client.Call("GET", $"/orders/{id}"),
        answer => answer.Status == HttpStatusCode.OK && (string?)answer.Body["status"] != "pending")).Body;

    public static JsonObject OrderOf(string userId, params (string ProductId, int Quantity)[] lines) => new()
    {
        ["userId"] = userId,
        ["items"] = new JsonArray([.. lines.Select(line => new JsonObject { ["productId"] = line.ProductId, ["quantity"] = line.Quantity })]),
    };
}
