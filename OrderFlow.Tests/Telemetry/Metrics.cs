using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Telemetry;

/// <summary>The metrics of both programs, and their use in the dashboard, the alerts and the document.</summary>
[Collection(TracingCollection.Name)]
public sealed partial class Metrics(ExposedMetrics exposed) : IClassFixture<ExposedMetrics>
{
    /// <summary>Prometheus adds this one itself.</summary>
    private const string TargetIsUp = "up";

    private static readonly string[] Words = ["and", "or", "unless", "bool", "offset"];

    [Fact]
    public void Every_metric_of_the_dashboard_exists()
    {
        var dashboard = JsonNode.Parse(RepositoryFiles.Read("infra/grafana/dashboards/orderflow.json"))!;
        var panels = dashboard["panels"]!.AsArray().Where(panel => panel!["targets"] is not null).ToList();

        Assert.True(panels.Count >= 20, $"{panels.Count} panels");
        Assert.All(panels.SelectMany(panel => panel!["targets"]!.AsArray()), target => AssertExist((string)target!["expr"]!));
    }

    [Fact]
    public void Every_metric_of_the_alerts_exists_and_each_alert_has_a_severity_a_summary_and_a_runbook()
    {
        var rules = Yaml.Read("infra/prometheus/alerts.yml")["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray()).ToList();

        Assert.Equal(32, rules.Count);
        Assert.Distinct(rules.Select(rule => (string)rule!["alert"]!));
        Assert.All(rules, rule =>
        {
            AssertExist((string)rule!["expr"]!);
            Assert.Contains((string?)rule["labels"]!["severity"], new[] { "critical", "warning", "info" });
            Assert.EndsWith(".", (string?)rule["annotations"]!["summary"], StringComparison.Ordinal);
            Assert.Matches("^docs/operations\\.md#[a-z-]+$", (string?)rule["annotations"]!["runbook"]);
        });
    }

    [Fact]
    public void The_document_has_every_metric_of_OrderFlow_and_every_alert()
    {
        var document = RepositoryFiles.Read("docs/telemetry.md");
        var names = exposed.Names.Where(name => name.StartsWith("orderflow_", StringComparison.Ordinal)).Select(name => Suffix().Replace(name, "")).Distinct();
        var alerts = Yaml.Read("infra/prometheus/alerts.yml")["groups"]!.AsArray().SelectMany(group => group!["rules"]!.AsArray());

        Assert.Equal(
            names.Order(StringComparer.Ordinal),
            TableRow().Matches(document).Select(match => Suffix().Replace(match.Groups["name"].Value, "")).Order(StringComparer.Ordinal));
        Assert.All(alerts, alert => Assert.Contains($"`{(string)alert!["alert"]!}`", document, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""orderflow_orders_outcomes_total{otel_scope_name="OrderFlow.Orders",outcome="placed"} 2""")]
    [InlineData("""orderflow_orders_outcomes_total{otel_scope_name="OrderFlow.Orders",outcome="reserved"} 1""")]
    [InlineData("""orderflow_orders_outcomes_total{otel_scope_name="OrderFlow.Orders",outcome="failed"} 1""")]
    [InlineData("""orderflow_orders_outcomes_total{otel_scope_name="OrderFlow.Orders",outcome="confirmed"} 0""")]
    [InlineData("""orderflow_orders_outcomes_total{otel_scope_name="OrderFlow.Orders",outcome="fulfilled"} 0""")]
    [InlineData("""orderflow_orders_outcomes_total{otel_scope_name="OrderFlow.Orders",outcome="cancelled",reason="cancelled"} 0""")]
    [InlineData("""orderflow_orders_outcomes_total{otel_scope_name="OrderFlow.Orders",outcome="cancelled",reason="deleted"} 0""")]
    [InlineData("""orderflow_orders_outcomes_total{otel_scope_name="OrderFlow.Orders",outcome="cancelled",reason="expired"} 0""")]
    [InlineData("""orderflow_orders_outcomes_total{otel_scope_name="OrderFlow.Orders",outcome="cancelled",reason="other"} 0""")]
    [InlineData("""orderflow_stock_consumptions_total{otel_scope_name="OrderFlow.Stock",result="released"} 0""")]
    [InlineData("""orderflow_stock_low{otel_scope_name="OrderFlow.Stock"} 1""")]
    [InlineData("""orderflow_orders_settle_duration_seconds_count{otel_scope_name="OrderFlow.Orders",outcome="reserved"} 1""")]
    [InlineData("""orderflow_commit_batch_size_count{otel_scope_name="OrderFlow.Postgres",store="orders"} 4""")]
    [InlineData("""orderflow_notifications_sent_total{otel_scope_name="OrderFlow.Notifications"} 2""")]
    [InlineData("""orderflow_notifications_dead_lettered_total{otel_scope_name="OrderFlow.Notifications"} 0""")]
    [InlineData("""orderflow_health_up{otel_scope_name="OrderFlow.Health",check="postgres"} 1""")]
    [InlineData("""orderflow_health_up{otel_scope_name="OrderFlow.Health",check="redis"} 1""")]
    [InlineData("""orderflow_notifications_dead_letters_purged_total{otel_scope_name="OrderFlow.Notifications"} 0""")]
    [InlineData("""orderflow_notifications_dead_letters_limit{otel_scope_name="OrderFlow.Notifications"} 100000""")]
    [InlineData("""orderflow_consumer_lag{otel_scope_name="OrderFlow.Kafka",topic="order.reserved"} 0""")]
    public void Events_are_counted(string line) => Assert.Contains(line + "\n", exposed.Silo, StringComparison.Ordinal);

    /// <summary>A series for each order, customer or product would be unbounded.</summary>
    [Fact]
    public void No_metric_has_a_label_of_an_order_a_customer_or_a_product() =>
        Assert.All(["alice", "measured", "unknown"], word => Assert.DoesNotContain($"\"{word}\"", exposed.Api + exposed.Silo, StringComparison.Ordinal));

    /// <summary>A port other than the program's, and the variable that disables all telemetry.</summary>
    [Theory]
    [InlineData("Telemetry:MetricsPort", "0", HttpStatusCode.OK)]
    [InlineData("Telemetry:MetricsPort", "1", HttpStatusCode.NotFound)]
    [InlineData("OTEL_SDK_DISABLED", "true", HttpStatusCode.NotFound)]
    public async Task Metrics_are_exposed_only_on_the_port_of_the_settings(string setting, string value, HttpStatusCode status)
    {
        using var api = new ApiProgram(GivenGrains.Make().Factory, (setting, value));
        using var anyone = api.As(null);

        Assert.Equal(status, (await anyone.GetAsync(new Uri("/metrics", UriKind.Relative))).StatusCode);
    }

    [Fact]
    public void An_unknown_metric_name_is_detected() =>
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => AssertExist("sum by (topic) (rate(orderflow_events_forgotten_total{topic=\"x\"}[5m])) > 0"));

    private void AssertExist(string query) => Assert.All(NamesIn(query), name => Assert.Contains(name, exposed.Names.Append(TargetIsUp)));

    private static List<string> NamesIn(string query)
    {
        var bare = Noise().Replace(query, " ");
        var names = Name().Matches(bare).Select(match => match.Value).Except(Words).ToList();
        Assert.True(names.Count > 0, $"no metric in {query}");
        return names;
    }

    /// <summary>Selectors, ranges and lists of labels.</summary>
    [GeneratedRegex(@"\{[^}]*\}|\[[^\]]*\]|\b(by|without|on|ignoring)\s*\([^)]*\)")]
    private static partial Regex Noise();

    /// <summary>No function, whose name stands before a bracket, and no number.</summary>
    [GeneratedRegex(@"\b[a-zA-Z_:][a-zA-Z0-9_:]*\b(?!\s*\()")]
    private static partial Regex Name();

    [GeneratedRegex("_(bucket|sum|count|total)$")]
    private static partial Regex Suffix();

    [GeneratedRegex(@"^\| `(?<name>orderflow_\w+)` \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();
}
