using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrderFlow.Api.Http;

namespace OrderFlow.Tests.Manifests;

/// <summary><c>infra/kong/kong.yml</c> fits the API behind it. What a client meets at a running Kong is checked by <c>infra/kong/check.sh</c>.</summary>
public sealed class KongConfiguration
{
    /// <summary>For operators and for probes of pods, which do not come through Kong.</summary>
    private static readonly string[] InternalPaths = ["/health/live", "/health/ready", "/health/reachable", "/health/startup", "/metrics"];

    public static TheoryData<string> Services => [.. KongFile.ServiceNames];

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
    public void An_operation_of_the_API_has_a_route_with_its_timeouts(string method, string path, string service) =>
        Assert.Equal(service, KongFile.Match(method, path).Service);

    [Fact]
    public void Internal_paths_have_no_route() => Assert.All(InternalPaths, path => Assert.Null(KongFile.Match("GET", path).Service));

    /// <summary>A POST whose answer was lost may have been carried out: only the client may repeat it.</summary>
    [Theory, MemberData(nameof(Services))]
    public void A_request_is_sent_once_to_the_API_of_compose(string service)
    {
        Assert.Equal((0, "http://api:8080"), ((decimal)KongFile.Service(service)["retries"]!, (string?)KongFile.Service(service)["url"]));
        Assert.Contains("api", ComposeFile.ServiceNames);
    }

    /// <summary>The API verifies tokens: what an unverified one says may be forged.</summary>
    [Fact]
    public void No_plugin_reads_tokens()
    {
        string[] plugins = ["correlation-id", "cors", "rate-limiting", "request-size-limiting"];

        Assert.Equal(plugins, KongFile.Root["plugins"]!.AsArray().Select(plugin => (string)plugin!["name"]!).Order(StringComparer.Ordinal));
        KongFile.AssertSetting("KONG_PLUGINS", string.Join(',', plugins), inPod: $"\"{string.Join(',', plugins)}\"");   // nor do services or routes have others
        Assert.Null(KongFile.Root["consumers"]);
    }

    [Fact]
    public void Kong_waits_longer_than_the_API_lets_a_request_take() =>
        Assert.True((decimal)KongFile.Service("api")["read_timeout"]! > (decimal)new RequestOptions().Timeout.TotalMilliseconds);

    [Fact]
    public void Events_are_not_buffered() => Assert.All(KongFile.Routes("events"), route => Assert.False((bool)route["response_buffering"]!));

    private static string ServiceOf(JsonNode operation)
    {
        if (operation["security"] is null) return "public";

        return operation["responses"]?["200"]?["content"]?["text/event-stream"] is null ? "api" : "events";
    }
}
