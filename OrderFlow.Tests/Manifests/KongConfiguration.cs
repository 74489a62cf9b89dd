using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrderFlow.Api.Http;
using OrderFlow.Api.Inventory;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Manifests;

/// <summary><c>infra/kong/kong.yml</c> fits the API behind it. What a client meets at a running Kong is checked by <c>infra/kong/check.sh</c>.</summary>
public sealed class KongConfiguration
{
    private static readonly JsonObject Kong = Yaml.Read("infra", "kong", "kong.yml");

    /// <summary>For operators and for probes of pods, which do not come through Kong.</summary>
    private static readonly string[] InternalPaths = ["/health/live", "/health/ready", "/health/reachable", "/health/startup", "/metrics"];

    public static TheoryData<string> Services => [.. Kong["services"]!.AsArray().Select(service => (string)service!["name"]!)];

    /// <summary>Each path and method of the API's description with the service it must lead to.</summary>
    public static TheoryData<string, string, string> Operations
    {
        get
        {
            var operations = new TheoryData<string, string, string>();
            foreach (var (path, methods) in JsonNode.Parse(RepositoryFiles.Read("docs/openapi.json"))!["paths"]!.AsObject())
            {
                if (InternalPaths.Contains(path)) continue;

                foreach (var (method, operation) in methods!.AsObject())
                    operations.Add(method.ToUpperInvariant(), Regex.Replace(path, "{[^}]+}", "42"), ServiceOf(operation!));
            }

            return operations;
        }
    }

    [Theory, MemberData(nameof(Operations))]
    public void An_operation_of_the_API_has_a_route_with_its_authentication(string method, string path, string service) =>
        Assert.Equal(service, Matching(method, path));

    [Fact]
    public void Internal_paths_have_no_route() => Assert.All(InternalPaths, path => Assert.Null(Matching("GET", path)));

    /// <summary>A POST whose answer was lost may have been carried out: only the client may repeat it.</summary>
    [Theory, MemberData(nameof(Services))]
    public void A_request_is_sent_once_to_the_API_of_compose(string service)
    {
        Assert.Equal((0, "http://api:8080"), ((decimal)Service(service)["retries"]!, (string?)Service(service)["url"]));
        Assert.Contains("api", ComposeFile.ServiceNames);
    }

    /// <summary>Kong's defaults also take tokens from URLs and do not check the expiry; <c>anonymous</c> would let any token through.</summary>
    [Theory]
    [InlineData("api")]
    [InlineData("events")]
    public void A_token_must_be_in_the_header_and_not_expired(string service)
    {
        var jwt = Plugin(Service(service), "jwt");

        Assert.Equal("client_id", (string?)jwt["key_claim_name"]);
        Assert.Equal(["exp"], jwt["claims_to_verify"].Texts());
        Assert.Equal(["authorization"], jwt["header_names"].Texts());
        Assert.Empty(Assert.IsType<JsonArray>(jwt["uri_param_names"]));
        Assert.Empty(Assert.IsType<JsonArray>(jwt["cookie_names"]));
        Assert.Null(jwt["anonymous"]);
    }

    /// <summary>At a service the plugin would count for that service alone.</summary>
    [Fact]
    public void All_services_and_all_Kong_nodes_share_the_rate_limit_of_a_client()
    {
        var limit = Plugin(Kong, "rate-limiting");

        Assert.Equal(("consumer", "redis", true), ((string?)limit["limit_by"], (string?)limit["policy"], (bool)limit["fault_tolerant"]!));
        Assert.Contains((string)limit["redis"]!["host"]!, ComposeFile.ServiceNames);
        Assert.Contains("REDIS_PASSWORD", ComposeFile.Services["kong"]!.Variables());
        Assert.DoesNotContain("rate-limiting", Kong["services"]!.ToJsonString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Kong_waits_longer_than_the_API_lets_a_request_take() =>
        Assert.True((decimal)Service("api")["read_timeout"]! > (decimal)new RequestOptions().Timeout.TotalMilliseconds);

    [Fact]
    public void A_body_that_the_API_takes_passes_Kong_too()
    {
        foreach (var (owner, bytes) in new[] { (Kong, JsonBody.MaxBytes), (Import, ImportStockRequest.MaxBytes) })
        {
            var size = Plugin(owner, "request-size-limiting");
            Assert.Equal("kilobytes", (string?)size["size_unit"]);
            Assert.InRange((decimal)size["allowed_payload_size"]! * 1024, bytes, 2 * bytes);
        }
    }

    /// <summary>nginx has one limit for all paths, before any plugin.</summary>
    [Fact]
    public void The_largest_body_that_Kong_takes_passes_its_nginx_too()
    {
        const string variable = "KONG_NGINX_HTTP_CLIENT_MAX_BODY_SIZE";
        var largest = $"{Plugin(Import, "request-size-limiting")["allowed_payload_size"]}k";
        Assert.Equal(largest, (string?)ComposeFile.Services["kong"]!["environment"]![variable]);
        Assert.Contains($"{{name: {variable}, value: {largest}}}", RepositoryFiles.Read("infra/kong/kubernetes.yaml"), StringComparison.Ordinal);
    }

    [Fact]
    public void The_limit_of_imports_is_for_imports_alone()
    {
        Assert.Equal("import", RouteOf("POST", "/inventory/import"));
        foreach (var (method, path) in new[] { ("PUT", "/inventory/import"), ("POST", "/inventory/import/restock"), ("POST", "/inventory/imports"), ("POST", "/orders") })
            Assert.NotEqual("import", RouteOf(method, path));
    }

    [Fact]
    public void Events_are_not_buffered() => Assert.All(Routes("events"), route => Assert.False((bool)route["response_buffering"]!));

    private static string ServiceOf(JsonNode operation)
    {
        if (operation["security"] is null) return "public";

        return operation["responses"]?["200"]?["content"]?["text/event-stream"] is null ? "api" : "events";
    }

    private static string? Matching(string method, string path) => Match(method, path).Service;

    private static string? RouteOf(string method, string path) => Match(method, path).Route;

    /// <summary>The service and the route that Kong's router picks: regular expressions come before prefixes.</summary>
    private static (string? Service, string? Route) Match(string method, string path) => (
        from service in Kong["services"]!.AsArray().Select(service => (string)service!["name"]!)
        from route in Routes(service)
        where route["methods"] is not { } methods || methods.Texts().Contains(method)
        from rule in route["paths"].Texts()
        let isRegex = rule[0] == '~'
        where isRegex ? Regex.IsMatch(path, "^" + rule[1..]) : path.StartsWith(rule, StringComparison.Ordinal)
        orderby isRegex descending
        select ((string?)service, (string?)route["name"])).FirstOrDefault();

    private static JsonNode Import => Routes("api").Single(route => (string?)route["name"] == "import");

    private static JsonNode Service(string name) => Kong["services"]!.AsArray().Single(service => (string?)service!["name"] == name)!;

    private static JsonNode Plugin(JsonNode owner, string name) => owner["plugins"]!.AsArray().Single(plugin => (string?)plugin!["name"] == name)!["config"]!;

    private static IEnumerable<JsonNode> Routes(string service) => Service(service)["routes"]!.AsArray().Select(route => route!);
}
