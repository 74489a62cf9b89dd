using System.Text.RegularExpressions;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Telemetry;

/// <summary>The metrics of both programs after orders were placed, reserved, failed and notified.</summary>
public sealed partial class ExposedMetrics : IAsyncLifetime
{
    /// <summary>The response of the API.</summary>
    public string Api { get; private set; } = "";

    /// <summary>The response of the silo.</summary>
    public string Silo { get; private set; } = "";

    /// <summary>The names of all series, with Prometheus' suffixes of counters and histograms.</summary>
    public IReadOnlySet<string> Names { get; private set; } = new HashSet<string>();

    public async Task InitializeAsync()
    {
        await using var system = await WholeSystem.Start();
        await system.SetStock("measured", 1, lowStockThreshold: 0);
        using var alice = system.Api.As(Tokens.Alice);
        var id = await alice.Place("alice", ("measured", 1));
        await alice.Settled(id);
        await alice.Settled(await alice.Place("alice", ("unknown", 1)));
        await OrderTrace.Sent(system, id);

        using var anyone = system.Api.As(null);
        using var ofSilo = new HttpClient { BaseAddress = system.SiloUrl };
        string[] awaited =
        [
            "orderflow_consumer_lag{.*topic=\"order.reserved\"} 0", "orderflow_notifications_queue_jobs{", "orderflow_notifications_sent_total{.*} 2",
            "orderflow_health_up{.*check=\"postgres\"} 1", "orderflow_recovery_lag_seconds{.*recovery_job=\"expire orders\"}", "orderflow_stock_low{.*} 1",
        ];
        Silo = await Eventually.Get(
            "the silo to show that both customers were notified", () => Read(ofSilo), text => awaited.All(line => Regex.IsMatch(text, line)));
        Api = await Read(anyone);
        Names = SeriesName().Matches(Api + Silo).Select(match => match.Value).ToHashSet();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private static Task<string> Read(HttpClient client) => client.GetStringAsync(new Uri("/metrics", UriKind.Relative));

    [GeneratedRegex(@"^[a-zA-Z_:][a-zA-Z0-9_:]*(?=[{ ])", RegexOptions.Multiline)]
    private static partial Regex SeriesName();
}
