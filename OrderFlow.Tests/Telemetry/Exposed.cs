using System.Text.RegularExpressions;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Telemetry;

/// <summary>What the programs tell at <c>/metrics</c> after all kinds of things have happened to orders.</summary>
public sealed partial class Exposed : IAsyncLifetime
{
    /// <summary>The text that the API answers.</summary>
    public string Api { get; private set; } = "";

    /// <summary>The text that the silo answers.</summary>
    public string Silo { get; private set; } = "";

    /// <summary>Names of all series, with the suffixes that counters and histograms have in Prometheus.</summary>
    public IReadOnlySet<string> Names { get; private set; } = new HashSet<string>();

    public async Task InitializeAsync()
    {
        await using var system = await WholeSystem.Start();
        await system.SetStock("measured", 1);
        using var alice = system.Api.As(Tokens.Alice);
        var id = await alice.Place("alice", ("measured", 1));
        await alice.Settled(id);
        await alice.Settled(await alice.Place("alice", ("unknown", 1)));
        await One_trace_for_one_order.Sent(system, id);

        using var anyone = system.Api.As(null);
        using var ofSilo = new HttpClient { BaseAddress = system.SiloUrl };
        string[] awaited = ["orderflow_consumer_lag{.*topic=\"order.reserved\"} 0", "orderflow_notifications_queue_jobs{", "orderflow_notifications_sent_total{.*} 2", "orderflow_health_up{.*check=\"postgres\"} 1"];
        Silo = await Eventually.Get(
            "the silo to tell that both customers were told", () => Read(ofSilo), text => awaited.All(line => Regex.IsMatch(text, line)));
        Api = await Read(anyone);
        Names = SeriesName().Matches(Api + Silo).Select(match => match.Value).ToHashSet();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    private static Task<string> Read(HttpClient client) => client.GetStringAsync(new Uri("/metrics", UriKind.Relative));

    [GeneratedRegex(@"^[a-zA-Z_:][a-zA-Z0-9_:]*(?=[{ ])", RegexOptions.Multiline)]
    private static partial Regex SeriesName();
}
