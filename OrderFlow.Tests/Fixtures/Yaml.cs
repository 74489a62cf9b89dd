using System.Globalization;
using System.Text.Json.Nodes;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace OrderFlow.Tests.Fixtures;

/// <summary>YAML as JSON, strictly: a key that stands twice is an error.</summary>
internal static class Yaml
{
    /// <summary>The key whose value is merged into the mapping that has it (YAML 1.1); the mapping's own keys win.</summary>
    private const string Merge = "<<";

    /// <exception cref="YamlException">The text is no YAML, or a key stands twice.</exception>
    public static IReadOnlyList<JsonNode?> Documents(string text)
    {
        var yaml = new YamlStream();
        yaml.Load(new StringReader(text));
        return [.. yaml.Documents.Select(document => ToJson(document.RootNode))];
    }

    /// <summary>The one document of a file of the repository.</summary>
    public static JsonObject Read(params string[] path) => Documents(File.ReadAllText(Path.Combine([Repository.Root, .. path]))).Single()!.AsObject();

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode members => Merged(members),
        YamlSequenceNode elements => new JsonArray([.. elements.Select(ToJson)]),
        YamlScalarNode { Style: ScalarStyle.Plain } plain => Plain(plain.Value!),
        YamlScalarNode quoted => quoted.Value,
        _ => throw new ArgumentException($"{node.Start}: {node.NodeType} has no place in JSON", nameof(node)),
    };

    private static JsonObject Merged(YamlMappingNode members)
    {
        var merged = new JsonObject();
        foreach (var (key, value) in members.OrderBy(member => Name(member.Key) != Merge))
        {
            if (Name(key) != Merge)
            {
                merged[Name(key)] = ToJson(value);
                continue;
            }

            foreach (var (name, inherited) in ToJson(value)!.AsObject()) merged[name] = inherited?.DeepClone();
        }

        return merged;
    }

    private static string Name(YamlNode key) => ((YamlScalarNode)key).Value!;

    /// <summary>What YAML 1.2 makes of text without quotes (core schema, §10.3).</summary>
    private static JsonNode? Plain(string text) => text switch
    {
        "" or "~" or "null" => null,
        "true" => true,
        "false" => false,
        _ when decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ => text,
    };
}
