using System.Net;
using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrderFlow.Silo.Cluster;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>The API with its own Orleans client, which finds the silos in Postgres.</summary>
public sealed class StartWithoutSilos
{
    [Fact]
    public async Task The_API_is_alive_without_silos_and_answers_once_one_is_there()
    {
        await using var database = await PostgresServer.Shared.CreateDatabase();
        var cluster = $"test-{Guid.NewGuid():N}";
        using var api = new ApiProgram(
            ("Postgres:ConnectionString", database.ConnectionString), ("Cluster:ClusterId", cluster), ("Cluster:ServiceId", cluster));
        using var anyone = api.As(null);
        using var admin = api.As(Tokens.Admin);
        Assert.Equal(HttpStatusCode.OK, (await anyone.Call("GET", "/health/live")).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await anyone.Call("GET", "/health/ready")).Status);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await anyone.Call("GET", "/inventory/health")).Status);

        var early = admin.Call("PUT", "/inventory/early", """{"availableQuantity":1,"unitPrice":1}""");
        using var silo = await StartSilo(cluster, database.ConnectionString);
        await Eventually.Get("the API to reach the silo", () => anyone.Call("GET", "/health/ready"), answer => answer.Status == HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, (await early).Status);
        Assert.Equal("reserved", (string?)(await admin.Settled(await admin.Place("alice", ("early", 1))))["status"]);

        await silo.StopAsync();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await Eventually.Get(
            "the API to see that the silo is gone",
            () => anyone.Call("GET", "/health/ready"),
            answer => answer.Status != HttpStatusCode.OK)).Status);
        Assert.Equal(HttpStatusCode.OK, (await anyone.Call("GET", "/health/live")).Status);
    }

    private static async Task<IHost> StartSilo(string cluster, string connectionString)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.UseCluster(new() { ClusterId = cluster, ServiceId = cluster, SiloPort = FreePort(), GatewayPort = FreePort() }, connectionString);
            silo.UseOrderFlow(connectionString);
        });
        var host = builder.Build();
        await host.StartAsync();
        return host;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
