using System.Globalization;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Fixtures;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

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
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        var root = ToJson(Assert.Single(yaml.Documents).RootNode)!.AsObject();
        return Resolve(root, root, depth: 0)!.AsObject();
    }

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode members => new JsonObject(members.Select(member => KeyValuePair.Create(((YamlScalarNode)member.Key).Value!, ToJson(member.Value)))),
        YamlSequenceNode elements => new JsonArray([.. elements.Select(ToJson)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => Plain(plain.Value!),
        YamlScalarNode quoted => quoted.Value,
        _ => throw new ArgumentException($"{node.Start}: {node.NodeType} has no place in JSON", nameof(node)),
    };

    /// <summary>What YAML 1.2 makes of text without quotes (core schema, §10.3).</summary>
    private static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => true,
        "false" => false,
        _ when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => text,
    };

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
