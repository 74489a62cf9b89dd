using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.OpenApi;

/// <summary>An operation of the document.</summary>
/// <param name="Id">Its <c>operationId</c>.</param>
/// <param name="Method">In upper case.</param>
/// <param name="Path">With its parameters in braces.</param>
/// <param name="Json">Its JSON.</param>
internal sealed record Operation(string Id, string Method, string Path, JsonObject Json)
{
    public bool RequiresToken => Json["security"] is not null;

    public bool RequiresAdmin => RequiresToken && Json["security"]![0]!["bearer"]!.AsArray().Count == 1;

    public IEnumerable<JsonObject> Parameters => Json["parameters"]?.AsArray().Select(parameter => parameter!.AsObject()) ?? [];

    /// <summary>True if it accepts this header.</summary>
    public bool Accepts(string header) => Parameters.Any(parameter => (string?)parameter["in"] == "header" && (string?)parameter["name"] == header);

    public JsonObject? Body => Json["requestBody"]?["content"]?["application/json"]?.AsObject();

    /// <summary>True if success is an endless event stream.</summary>
    public bool IsStream => Json["responses"]!["200"]?["content"]?["text/event-stream"] is not null;

    public IEnumerable<int> Statuses => Json["responses"]!.AsObject().Select(response => int.Parse(response.Key, CultureInfo.InvariantCulture));

    public override string ToString() => Id;
}

/// <summary><c>docs/openapi.json</c>.</summary>
internal sealed class OpenApiFile
{
    private const string SchemasAt = "#/components/schemas/";

    /// <summary>Formats that the validator does not know: it would reject every value.</summary>
    private static readonly string[] FormatsOfOpenapi = ["int32", "int64", "decimal"];

    private readonly Dictionary<string, JsonSchema> _built = [];

    private OpenApiFile(string text)
    {
        Text = text;
        Json = JsonNode.Parse(text)!.AsObject();
        Operations =
        [
            .. from path in Json["paths"]!.AsObject()
               from operation in path.Value!.AsObject()
               select new Operation((string)operation.Value!["operationId"]!, operation.Key.ToUpperInvariant(), path.Key, operation.Value.AsObject()),
        ];
    }

    public static OpenApiFile Committed { get; } = new(File.ReadAllText(Path.Combine(Repository.Root, "docs", "openapi.json")));

    public string Text { get; }

    public JsonObject Json { get; }

    public IReadOnlyList<Operation> Operations { get; }

    public JsonObject Schemas => Json["components"]!["schemas"]!.AsObject();

    public Operation this[string id] => Operations.Single(operation => operation.Id == id);

    /// <summary>Resolves a reference; any other node is returned as it is.</summary>
    public JsonObject Resolve(JsonNode node)
    {
        if ((string?)node["$ref"] is not { } reference) return node.AsObject();

        return reference.Split('/')[1..]
            .Aggregate((JsonNode)Json, (at, name) => at[name] ?? throw new KeyNotFoundException($"{reference}: there is no {name}")).AsObject();
    }

    /// <summary>A response of an operation.</summary>
    public JsonObject Answer(Operation operation, int status) =>
        Resolve(operation.Json["responses"]![status.ToString(CultureInfo.InvariantCulture)]
            ?? throw new KeyNotFoundException($"{operation.Method} {operation.Path}: {status} is not described"));

    /// <summary>The errors of a value.</summary>
    /// <param name="schema">A schema of this document, or one that refers to some.</param>
    /// <param name="value">The value.</param>
    /// <param name="closed">Whether unlisted members are errors, although the schema allows them.</param>
    public string Objections(JsonNode schema, JsonNode? value, bool closed = false)
    {
        JsonSchema built;
        lock (_built)
        {
            var key = $"{closed} {schema.ToJsonString()}";
            if (!_built.TryGetValue(key, out built!)) _built[key] = built = Build(schema, closed);
        }

        var results = built.Evaluate(
            JsonSerializer.SerializeToElement(value), new EvaluationOptions { OutputFormat = OutputFormat.List, RequireFormatValidation = true });
        if (results.IsValid) return "";

        var errors = (results.Details ?? [])
            .SelectMany(detail => (detail.Errors ?? new Dictionary<string, string>()).Select(error => $"{detail.InstanceLocation} {error.Key}: {error.Value}"));
        return $"{value?.ToJsonString() ?? "null"}: {string.Join("; ", errors)}";
    }

    /// <summary>The schema with all that it refers to.</summary>
    private JsonSchema Build(JsonNode schema, bool closed)
    {
        var definitions = Prepared(Schemas, closed);
        var own = Prepared(schema, closed);
        own["$defs"] = definitions;
        var text = own.ToJsonString().Replace(SchemasAt, "#/$defs/", StringComparison.Ordinal);
        return JsonSchema.FromText(text, new BuildOptions { Dialect = Dialect.Draft202012, SchemaRegistry = new() });
    }

    private static JsonNode Prepared(JsonNode schema, bool closed)
    {
        var copy = schema.DeepClone();
        foreach (var node in Objects(copy).ToList())
        {
            if (FormatsOfOpenapi.Contains(node["format"] is JsonValue format ? (string?)format : null)) node.Remove("format");
            if (closed && node["properties"] is JsonObject && node["additionalProperties"] is null) node["additionalProperties"] = false;
        }

        return copy;
    }

    private static IEnumerable<JsonObject> Objects(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Objects(member.Value)).Prepend(members),
        JsonArray elements => elements.SelectMany(Objects),
        _ => [],
    };
}
