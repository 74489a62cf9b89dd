using System.Text.Json.Nodes;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Manifests;

/// <summary><c>infra/docker-compose.yml</c>.</summary>
internal static class ComposeFile
{
    public const string Name = "infra/docker-compose.yml";

    public const string Silo = "OrderFlow.Silo/Dockerfile";

    public const string Api = "OrderFlow.Api/Dockerfile";

    public static JsonObject Services { get; } = Yaml.Read(Name)["services"]!.AsObject();

    public static IEnumerable<string> ServiceNames => Services.Select(service => service.Key);

    /// <summary>The services of one program, by the Dockerfile that builds it; at least one.</summary>
    public static IReadOnlyList<JsonNode> BuiltBy(string dockerfile)
    {
        List<JsonNode> built = [.. Services.Select(service => service.Value!).Where(service => (string?)service["build"]?["dockerfile"] == dockerfile)];
        Assert.NotEmpty(built);
        return built;
    }

    public static IEnumerable<string> Texts(this JsonNode? list) => list?.AsArray().Select(element => (string)element!) ?? [];

    public static IEnumerable<string> Variables(this JsonNode service) => service["environment"]!.AsObject().Select(variable => variable.Key);
}
