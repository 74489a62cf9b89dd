using System.Net;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Telemetry;

namespace OrderFlow.Tests.Programs;

/// <summary>The health endpoints of a running silo. <see cref="ReadOnlyDatabase"/> has the check of the database.</summary>
public sealed class SiloHealth
{
    [Fact]
    public async Task A_silo_without_Kafka_is_degraded_and_stays_ready()
    {
        await using var system = await WholeSystem.Start();
        using var silo = new HttpClient { BaseAddress = system.SiloUrl };
        using var alice = system.Api.As(Tokens.Alice);
        await system.SetStock("sku", 10);
        await AwaitStatus(silo, "/health/ready", "ok");

        system.External.Kafka.Down();
        await alice.Place("alice", ("sku", 1));

        var degraded = await AwaitStatus(silo, "/health/ready", "degraded");
        Assert.NotEqual("ok", (string?)degraded["checks"]!["kafka"]);
        Assert.Equal("ok", (string?)degraded["checks"]!["postgres"]);
        Assert.Equal("""{"status":"ok","checks":{"silo":"ok"}}""", (await AwaitStatus(silo, "/health/startup", "ok")).ToJsonString());
        foreach (var address in new[] { "/health", "/health/live" }) Assert.Equal("""{"status":"ok"}""", (await AwaitStatus(silo, address, "ok")).ToJsonString());

        system.External.Kafka.Up();
        Assert.Equal("ok", (string?)(await AwaitStatus(silo, "/health/ready", "ok"))["checks"]!["kafka"]);
    }

    private static Task<JsonNode> AwaitStatus(HttpClient silo, string address, string status) => Eventually.Get(
        $"{address} to be {status}",
        async () =>
        {
            using var answer = await silo.GetAsync(new Uri(address, UriKind.Relative));
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
            return JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        },
        health => (string?)health["status"] == status);
}
