using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Manifests;

/// <summary><c>infra/kong/kong.yml</c>, and the environment of the Kong that reads it.</summary>
internal static class KongFile
{
    public static JsonObject Root { get; } = Yaml.Read("infra", "kong", "kong.yml");

    public static IEnumerable<string> ServiceNames => Root["services"]!.AsArray().Select(service => (string)service!["name"]!);

    public static JsonNode Service(string name) => Root["services"]!.AsArray().Single(service => (string?)service!["name"] == name)!;

    public static IEnumerable<JsonNode> Routes(string service) => Service(service)["routes"]!.AsArray().Select(route => route!);

    public static JsonNode Route(string service, string name) => Routes(service).Single(route => (string?)route["name"] == name);

    /// <summary>The configuration of a plugin of the file, a service or a route.</summary>
    public static JsonNode Plugin(JsonNode owner, string name) => owner["plugins"]!.AsArray().Single(plugin => (string?)plugin!["name"] == name)!["config"]!;

    /// <summary>The service and the route that Kong's router picks: regular expressions come before prefixes.</summary>
    public static (string? Service, string? Route) Match(string method, string path) => (
        from service in ServiceNames
        from route in Routes(service)
        where route["methods"] is not { } methods || methods.Texts().Contains(method)
        from rule in route["paths"].Texts()
        let isRegex = rule[0] == '~'
        where isRegex ? Regex.IsMatch(path, "^" + rule[1..]) : path.StartsWith(rule, StringComparison.Ordinal)
        orderby isRegex descending
        select ((string?)service, (string?)route["name"])).FirstOrDefault();

    /// <summary>Kong has this setting in compose and in its pod, where YAML may need it in quotes.</summary>
    public static void AssertSetting(string variable, string value, string? inPod = null)
    {
        Assert.Equal(value, (string?)ComposeFile.Services["kong"]!["environment"]![variable]);
        Assert.Contains($"{{name: {variable}, value: {inPod ?? value}}}", RepositoryFiles.Read("infra/kong/kubernetes.yaml"), StringComparison.Ordinal);
    }
}
