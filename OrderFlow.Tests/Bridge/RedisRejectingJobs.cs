using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Bridge;

/// <summary>Redis answers pings and rejects jobs: health says why, nothing is lost, and it recovers by itself.</summary>
public sealed class RedisRejectingJobs
{
    private const int Orders = 20;

    [Theory]
    [InlineData("CONFIG SET maxmemory 1mb", "CONFIG SET maxmemory 0", "Redis is out of memory (maxmemory) and takes no jobs: notifications wait")]
    [InlineData("REPLICAOF 127.0.0.1 1", "REPLICAOF NO ONE", "Redis is a replica and takes no jobs: notifications wait")]
    public async Task Is_reported_by_health_and_every_customer_is_notified_after_recovery(string breaks, string mends, string fault)
    {
        await using var redis = new RedisServer();
        using var external = new ExternalSystems(redis);
        await using var cluster = await OrderFlowCluster.Start(silos: 2, external: external);
        using var api = new ApiProgram(cluster.Client);
        using var anyone = api.As(null);
        await cluster.SetStock("sku", 2 * Orders);
        await Place(cluster);
        await AwaitNotified(external, Orders);
        await AwaitAnswer(anyone, HttpStatusCode.OK, detail: null);

        await Execute(redis, breaks);
        await AwaitAnswer(anyone, HttpStatusCode.ServiceUnavailable, $"{fault}.");
        await AwaitHealth(cluster, fault);
        await Place(cluster);
        await cluster.Quiet();
        Assert.Equal(2 * Orders, await cluster.Scalar<long>("SELECT count(*) FROM orders WHERE status = 'reserved'"));
        Assert.Equal(Orders, external.Sender.Sent.Count);

        await Execute(redis, mends);
        await AwaitAnswer(anyone, HttpStatusCode.OK, detail: null);
        await AwaitHealth(cluster, fault: null);
        await AwaitNotified(external, 2 * Orders);
    }

    private static Task Execute(RedisServer redis, string line) => line.Split(' ') is [var command, .. var arguments] ? redis.Execute(command, [.. arguments]) : Task.CompletedTask;

    private static Task Place(OrderFlowCluster cluster) => Task.WhenAll(Enumerable.Range(0, Orders).Select(_ => cluster.Place(("sku", 1))));

    private static async Task AwaitNotified(ExternalSystems external, int customers)
    {
        await Eventually.Get($"{customers} customers to be notified", () => Task.FromResult(external.Sender.Sent.Count), sent => sent >= customers);
        Assert.Equal(customers, external.Sender.Sent.Select(job => job.JobId).Distinct().Count());
    }

    private static async Task AwaitAnswer(HttpClient anyone, HttpStatusCode status, string? detail) => await Eventually.Get(
        $"{status} {detail}",
        async () =>
        {
            var answer = await anyone.Call("GET", "/notifications/health");
            return (answer.Status, Detail: (string?)answer.Body["detail"]);
        },
        answer => answer == (status, detail));

    private static async Task AwaitHealth(OrderFlowCluster cluster, string? fault)
    {
        var health = cluster.SiloServices.GetRequiredService<HealthCheckService>();
        var entry = await Eventually.Get(
            $"the silo to report: {fault}",
            async () => (await health.CheckHealthAsync(check => check.Name == "redis")).Entries.Values.Single(),
            entry => entry.Description == fault);
        Assert.Equal(fault is null ? HealthStatus.Healthy : HealthStatus.Degraded, entry.Status);
    }
}
