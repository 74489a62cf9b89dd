using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

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
