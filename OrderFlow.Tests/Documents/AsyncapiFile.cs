using System.Text.Json.Nodes;
using OrderFlow.Tests.Fixtures;
using YamlDotNet.Core;

namespace OrderFlow.Tests.Documents;

/// <summary><c>docs/asyncapi.yaml</c> as JSON, with what each reference names in its place.</summary>
internal static class AsyncapiFile
{
    /// <summary>References lie in one another no deeper; one that leads back to itself ends here.</summary>
    private const int DeepestNode = 50;

    public static JsonObject Load() => Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "asyncapi.yaml")));

    /// <exception cref="YamlException">The text is no YAML, or a key stands twice.</exception>
    public static JsonObject Parse(string text)
    {
        var root = Assert.Single(Yaml.Documents(text))!.AsObject();
        return Resolve(root, root, depth: 0)!.AsObject();
    }

    private static JsonNode? Resolve(JsonNode? node, JsonObject root, int depth)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, DeepestNode);
        return node switch
        {
            JsonObject reference when reference["$ref"] is { } target => Resolve(Find(root, (string)target!), root, depth + 1),
            JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Resolve(member.Value, root, depth + 1)))),
            JsonArray elements => new JsonArray([.. elements.Select(element => Resolve(element, root, depth + 1))]),
            _ => node?.DeepClone(),
        };
    }

    private static JsonNode Find(JsonObject root, string reference) => reference.Split('/')[1..].Aggregate(
        (JsonNode)root, (node, name) => node[name] ?? throw new KeyNotFoundException($"{reference}: there is no {name}"));
}
