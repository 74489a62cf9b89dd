using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using OrderFlow.ServiceDefaults.Telemetry;
using OrderFlow.Silo.Cluster;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Telemetry;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Telemetry;

/// <summary>The API and a silo with real HTTP servers, connected through Postgres, with a Kafka, a queue and a sender of their own.</summary>
internal sealed class WholeSystem : IAsyncDisposable
{
    /// <summary>The endpoint for spans, where nothing listens: tests collect them in process.</summary>
    private const string Nowhere = "http://127.0.0.1:1";

    private readonly PostgresDatabase _database;
    private readonly WebApplication _silo;

    private WholeSystem(PostgresDatabase database, ExternalSystems external, WebApplication silo, ApiProgram api, Faults faults)
    {
        (_database, External, _silo, Api, Faults) = (database, external, silo, api, faults);
        Database = NpgsqlDataSource.Create(database.ConnectionString);
    }

    public ExternalSystems External { get; }

    public ApiProgram Api { get; }

    public Faults Faults { get; }

    public NpgsqlDataSource Database { get; }

    /// <summary>The HTTP address of the silo.</summary>
    public Uri SiloUrl => new(_silo.Urls.Single());

    public IServiceProvider SiloServices => _silo.Services;

    /// <param name="spans">Collects the spans of both programs; null disables tracing.</param>
    /// <param name="settings">Further settings of both programs.</param>
    public static async Task<WholeSystem> Start(SpanLog? spans = null, params (string Key, string Value)[] settings)
    {
        var database = await PostgresServer.Shared.CreateDatabase();
        var cluster = $"test-{Guid.NewGuid():N}";
        var external = new ExternalSystems();
        var faults = new Faults();
        if (spans is not null) settings = [(OpenTelemetryVariables.TracesEndpoint, Nowhere), .. settings];

        var silo = await StartSilo(cluster, database.ConnectionString, external, faults, spans, settings);
        var api = new ApiProgram(
            [("Postgres:ConnectionString", database.ConnectionString), ("Cluster:ClusterId", cluster), ("Cluster:ServiceId", cluster), .. settings],
            services => spans?.AddTo(services));
        using var anyone = api.As(null);
        await Eventually.Get("the API to reach the silo", () => anyone.Call("GET", "/health/ready"), answer => answer.Status == HttpStatusCode.OK);
        return new(database, external, silo, api, faults);
    }

    public async Task SetStock(string productId, int quantity, int? lowStockThreshold = null)
    {
        using var admin = Api.As(Tokens.Admin);
        var threshold = lowStockThreshold?.ToString(CultureInfo.InvariantCulture) ?? "null";
        var (status, _) = await admin.Call(
            "PUT", $"/inventory/{productId}", $$"""{"availableQuantity":{{quantity}},"unitPrice":1,"lowStockThreshold":{{threshold}}}""");
        Assert.Equal(HttpStatusCode.OK, status);
    }

    public async ValueTask DisposeAsync()
    {
        Faults.Clear();
        await Api.DisposeAsync();
        await _silo.StopAsync();
        await _silo.DisposeAsync();
        External.Dispose();
        await Database.DisposeAsync();
        await _database.DisposeAsync();
    }

    private static async Task<WebApplication> StartSilo(
        string cluster, string connectionString, ExternalSystems external, Faults faults, SpanLog? spans, (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection([new("Recovery:Interval", "00:00:00.250"), .. await external.Settings(), .. settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))]);
        builder.AddSiloTelemetry();
        builder.Services.AddSiloHealth();
        builder.Logging.ClearProviders();
        spans?.AddTo(builder.Services);
        builder.UseOrleans(silo =>
        {
            silo.UseCluster(new() { ClusterId = cluster, ServiceId = cluster, SiloPort = FreePort(), GatewayPort = FreePort() }, connectionString);
            silo.UseOrderFlow(connectionString);
            external.AddTo(silo);
            faults.AddTo(silo);
            silo.UseTelemetry();
        });
        var app = builder.Build();
        app.UseMetrics();
        OrderFlow.Silo.Health.HealthEndpoints.MapHealth(app);
        await app.StartAsync();
        return app;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
