using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrderFlow.Api.Http;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Manifests;

/// <summary><c>infra/kong/kong.yml</c> lets through what it is meant to.</summary>
public sealed class Kong_file
{
    private const string KeyPlace = "@PUBLIC_KEY@";

    private static readonly JsonObject Kong = Yaml.Read("infra", "kong", "kong.yml");

    /// <summary>The services whose routes anyone may call, and those that need a token.</summary>
    private static readonly string[] Public = ["public"];

    private static readonly string[] Guarded = ["api", "events"];

    public static TheoryData<string> AllServices => [.. Public, .. Guarded];

    public static TheoryData<string> GuardedServices => [.. Guarded];

    [Fact]
    public void There_are_no_other_services()
    {
        Assert.Equal("3.0", (string?)Kong["_format_version"]);
        Assert.Equal(Public.Concat(Guarded), Kong["services"]!.AsArray().Select(service => (string)service!["name"]!));
    }

    [Theory, MemberData(nameof(AllServices))]
    public void A_request_is_sent_once(string service) => Assert.Equal(0, (decimal)Service(service)["retries"]!);

    [Theory, MemberData(nameof(AllServices))]
    public void A_service_is_the_API_in_compose(string service)
    {
        Assert.Equal("http://api:8080", (string?)Service(service)["url"]);
        Assert.Contains("api", ComposeFile.ServiceNames);
    }

    [Theory, MemberData(nameof(AllServices))]
    public void Paths_reach_the_API_as_they_are(string service) => Assert.All(Routes(service), route => Assert.False((bool)route["strip_path"]!));

    [Theory, MemberData(nameof(GuardedServices))]
    public void A_token_is_found_by_its_client_must_not_have_expired_and_stands_in_the_header_alone(string service)
    {
        var jwt = Plugin(Service(service), "jwt");

        Assert.Equal("client_id", (string?)jwt["key_claim_name"]);
        Assert.Equal(["exp"], jwt["claims_to_verify"].Texts());
        Assert.Equal(["authorization"], jwt["header_names"].Texts());
        Assert.Empty(Assert.IsType<JsonArray>(jwt["uri_param_names"]));
        Assert.Empty(Assert.IsType<JsonArray>(jwt["cookie_names"]));
        Assert.Null(jwt["anonymous"]);   // it would let any bad token through
    }

    [Fact]
    public void Without_a_token_there_is_health_and_the_documents_to_read()
    {
        var routes = Public.SelectMany(Routes).ToList();

        Assert.Equal(
            ["~/docs(/.*)?$", "~/health$", "~/inventory/health$", "~/notifications/health$", "~/openapi(/.*)?$"],
            routes.SelectMany(route => route["paths"].Texts()).Order(StringComparer.Ordinal));
        Assert.All(routes, route => Assert.Equal(["GET", "HEAD"], route["methods"].Texts()));
    }

    /// <summary>What the programs tell of themselves is for those inside.</summary>
    [Theory]
    [InlineData("/metrics")]
    [InlineData("/health/ready")]
    public void Nothing_leads_to(string path) =>
        Assert.All(Public.Concat(Guarded).SelectMany(Routes).SelectMany(route => route["paths"].Texts()), rule =>
            Assert.False(rule.StartsWith('~') ? Regex.IsMatch(path, "^" + rule[1..]) : path.StartsWith(rule, StringComparison.Ordinal), rule));

    [Fact]
    public void With_one_there_are_orders_inventory_and_notifications() =>
        Assert.Equal(["/orders", "/inventory", "/notifications"], Routes("api").SelectMany(route => route["paths"].Texts()));

    [Fact]
    public void It_waits_longer_for_an_answer_than_the_API_lets_a_request_take() =>
        Assert.True((decimal)Service("api")["read_timeout"]! > (decimal)new RequestOptions().Timeout.TotalMilliseconds);

    [Fact]
    public void Events_come_as_they_happen()
    {
        var route = Assert.Single(Routes("events"));

        Assert.Equal(["~/orders/events$", "~/orders/[0-9]+/events$"], route["paths"].Texts());
        Assert.False((bool)route["response_buffering"]!);
        Assert.True((decimal)Service("events")["read_timeout"]! > (decimal)TimeSpan.FromMinutes(10).TotalMilliseconds);
    }

    [Fact]
    public void Each_client_has_100_calls_a_minute_counted_by_all_Kongs_together()
    {
        var limit = Plugin(Kong, "rate-limiting");

        Assert.Equal(100, (decimal)limit["minute"]!);
        Assert.Equal(("consumer", "redis"), ((string?)limit["limit_by"], (string?)limit["policy"]));
        Assert.True((bool)limit["fault_tolerant"]!);
        Assert.False((bool)limit["hide_client_headers"]!);
        Assert.Contains((string)limit["redis"]!["host"]!, ComposeFile.ServiceNames);
        Assert.Equal("{vault://env/redis-password}", (string?)limit["redis"]!["password"]);
        Assert.Contains("REDIS_PASSWORD", ComposeFile.Services["kong"]!.Variables());
        Assert.All(Public.Concat(Guarded), service => Assert.DoesNotContain("rate-limiting", PluginNames(Service(service))));   // it would count for itself
    }

    [Fact]
    public void A_body_may_be_as_large_as_the_API_takes_and_not_much_larger()
    {
        var size = Plugin(Kong, "request-size-limiting");

        Assert.Equal((128m, "kilobytes"), ((decimal)size["allowed_payload_size"]!, (string?)size["size_unit"]));
        Assert.Equal("128k", (string?)ComposeFile.Services["kong"]!["environment"]!["KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE"]);   // also without a length
    }

    [Fact]
    public void A_request_has_an_id_that_its_client_is_told()
    {
        var id = Plugin(Kong, "correlation-id");

        Assert.Equal("X-Request-Id", (string?)id["header_name"]);
        Assert.True((bool)id["echo_downstream"]!);
    }

    [Fact]
    public void Pages_of_named_origins_alone_may_call()
    {
        var cors = Plugin(Kong, "cors");

        Assert.NotEmpty(cors["origins"].Texts());
        Assert.All(cors["origins"].Texts(), origin => Assert.True(Uri.TryCreate(origin, UriKind.Absolute, out _), origin));
        Assert.False((bool)cors["credentials"]!);
    }

    [Fact]
    public void Each_client_has_a_credential_of_its_own_name_and_no_key_is_written_down()
    {
        var consumers = Kong["consumers"]!.AsArray();

        Assert.All(consumers, consumer =>
        {
            var credential = Assert.Single(consumer!["jwt_secrets"]!.AsArray())!;
            Assert.Equal((string?)consumer["username"], (string?)credential["key"]);
            Assert.Equal(("RS256", KeyPlace), ((string?)credential["algorithm"], (string?)credential["rsa_public_key"]));
        });
        Assert.Equal(["orderflow-cli", "orderflow-web", "orderflow-check"], consumers.Select(consumer => (string)consumer!["username"]!));
        Assert.Contains(" client=orderflow-cli\n", RepositoryFiles.Read("infra/token.sh"), StringComparison.Ordinal);
        Assert.Contains("\nCHECK_CLIENT=orderflow-check ", RepositoryFiles.Read("infra/kong/check.sh"), StringComparison.Ordinal);
    }

    [Fact]
    public void Kong_is_told_to_load_the_plugins_that_are_used() =>
        Assert.Equal(
            PluginNames(Kong).Concat(Guarded.SelectMany(service => PluginNames(Service(service)))).Distinct().Order(StringComparer.Ordinal),
            ((string)ComposeFile.Services["kong"]!["environment"]!["KONG_PLUGINS"]!).Split(','));

    private static JsonNode Service(string name) => Kong["services"]!.AsArray().Single(service => (string?)service!["name"] == name)!;

    private static IEnumerable<JsonNode> Routes(string service) => Service(service)["routes"]!.AsArray().Select(route => route!);

    private static IEnumerable<string> PluginNames(JsonNode owner) => owner["plugins"]?.AsArray().Select(plugin => (string)plugin!["name"]!) ?? [];

    private static JsonNode Plugin(JsonNode owner, string name) => owner["plugins"]!.AsArray().Single(plugin => (string?)plugin!["name"] == name)!["config"]!;
}
