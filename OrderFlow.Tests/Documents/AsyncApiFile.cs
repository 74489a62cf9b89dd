using System.Text.Json.Nodes;
using OrderFlow.Tests.Fixtures;
using YamlDotNet.Core;

namespace OrderFlow.Tests.Documents;

/// <summary><c>docs/asyncapi.yaml</c> as JSON, with every reference resolved.</summary>
internal static class AsyncApiFile
{
    /// <summary>The maximum nesting, at which a circular reference ends.</summary>
    private const int MaxDepth = 50;

    public static JsonObject Load() => Parse(File.ReadAllText(Path.Combine(Repository.Root, "docs", "asyncapi.yaml")));

    /// <exception cref="YamlException">The text is not valid YAML, or a key occurs twice.</exception>
    public static JsonObject Parse(string text)
    {
        var root = Assert.Single(Yaml.Documents(text))!.AsObject();
        return Resolve(root, root, depth: 0)!.AsObject();
    }

    private static JsonNode? Resolve(JsonNode? node, JsonObject root, int depth)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(depth, MaxDepth);
        return node switch
        {
            JsonObject reference when reference["$ref"] is { } target => Resolve(Find(root, (string)target!), root, depth + 1),
            JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Resolve(member.Value, root, depth + 1)))),
            JsonArray elements => new JsonArray([.. elements.Select(element => Resolve(element, root, depth + 1))]),
            _ => node?.DeepClone(),
        };
    }

    private static JsonNode Find(JsonObject root, string reference) => reference.Split('/')[1..].Aggregate(
        (JsonNode)root, (node, name) => node[name] ?? throw new KeyNotFoundException($"{reference}: {name} does not exist"));
}
