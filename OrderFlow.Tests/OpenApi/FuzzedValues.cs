using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;

namespace OrderFlow.Tests.OpenApi;

/// <summary>Generates values from a schema: valid ones, ones at and just beyond its bounds, and ones of another type.</summary>
internal sealed class FuzzedValues(OpenApiFile document, Random random)
{
    private static readonly string[] OddTexts =
    [
        "", " ", "a b", "null", "0", "-1", "1e400", "NaN", "'; DROP TABLE orders; --", "<script>", "%2F", "a/b", "..%2f..", "\u0007", "ümläut 🛒", "\ufffd",
        "health", "true", "{}", "[]",
    ];

    private static readonly string[] OddJson =
    [
        "null", "true", "\"\"", "\"1\"", "-1", "0", "1.5", "1.0", "1e3", "1e400", "99999999999999999999", "0.001", "-0", "[]", "{}", "[null]",
        "[[[[[[[[[[[[]]]]]]]]]]]]", "{\"a\":{\"b\":1}}", "\"\\u0000\"", "\" \"",
    ];

    /// <summary>A lone surrogate, which no JSON writer would write.</summary>
    private const string BrokenText = "\"\\ud800\"";

    /// <summary>True once in so many times.</summary>
    public bool OneIn(int times) => random.Next(times) == 0;

    /// <summary>One of these.</summary>
    public T Pick<T>(IReadOnlyList<T> among) => among[random.Next(among.Count)];

    /// <summary>A parameter as text: mostly valid, otherwise at or beyond a bound, or anything.</summary>
    public string Parameter(JsonObject parameter)
    {
        var schema = parameter["schema"]!.AsObject();
        return random.Next(10) switch
        {
            < 2 => Text(parameter["example"]),
            < 6 => Text(Member((string)parameter["name"]!, schema)),
            < 8 => Text(AtBound(schema)),
            8 => Pick(OddTexts),
            _ => new string('a', random.Next(1, 300)),
        };
    }

    /// <summary>A body as text: mostly valid, otherwise altered or broken.</summary>
    public string Body(JsonObject media)
    {
        var schema = document.Resolve(media["schema"]!);
        var body = OneIn(2) ? Pick([.. media["examples"]!.AsObject()]).Value!["value"]!.DeepClone() : Valid(schema)!;
        switch (random.Next(10))
        {
            case < 5: return body.ToJsonString();
            case < 8: return Bend(body.AsObject(), schema).ToJsonString();
            case 8: return Break(body.ToJsonString());
            default: return Pick([.. OddJson, BrokenText]);
        }
    }

    /// <summary>A text in CSV: this one, or one with a character too many, too few or changed.</summary>
    public string Csv(string valid)
    {
        var at = random.Next(valid.Length);
        return random.Next(4) switch
        {
            0 => valid,
            1 => valid.Insert(at, Pick([",", "\"", "\r", "\n", "\0", "-", "é"])),
            2 => valid.Remove(at, 1),
            _ => valid.Remove(at, 1).Insert(at, Pick(["0", ",", "\"", "\n", " ", "x"])),
        };
    }

    private static string Text(JsonNode? value) => value is JsonArray items ? string.Join(',', items.Select(Text)) : value?.ToString() ?? "null";

    private JsonNode? Valid(JsonObject schema)
    {
        schema = document.Resolve(schema);
        if (schema["enum"] is JsonArray names) return Pick([.. names])!.DeepClone();

        switch (TypeOf(schema))
        {
            case "object":
                var required = (schema["required"]?.AsArray() ?? []).Select(name => (string)name!).ToHashSet();
                return new JsonObject(schema["properties"]!.AsObject().Where(member => required.Contains(member.Key) || OneIn(2))
                    .Select(member => KeyValuePair.Create(member.Key, Member(member.Key, member.Value!.AsObject()))));
            case "array": return Lines(schema, random.Next((int)schema["minItems"]!, 5));
            case "integer": return random.NextInt64(Least(schema), Math.Min(Most(schema), Least(schema) + 100) + 1);
            case "boolean": return OneIn(2);
            case "number": return random.Next(0, 10_000) / 100m;
            case "string" when (string?)schema["format"] == "date-time": return $"2026-11-{random.Next(10, 30)}T00:00:00Z";
            default: return new string('x', random.Next(1, 12));
        }
    }

    /// <summary>Mostly existing users and products.</summary>
    private JsonNode? Member(string name, JsonObject schema) => name switch
    {
        "userId" when !OneIn(5) => Pick(["alice", "root"]),
        "productId" when !OneIn(5) => $"sku-{random.Next(1, 4)}",
        _ => Valid(schema),
    };

    private JsonNode? AtBound(JsonObject schema)
    {
        schema = document.Resolve(schema);
        switch (TypeOf(schema))
        {
            case "array":
                var (fewest, longestList) = ((int)schema["minItems"]!, (int?)schema["maxItems"] ?? 10);
                return Lines(schema, Pick([fewest - 1, fewest, longestList, longestList + 1]));
            case "integer" or "number":
                var most = schema["maximum"] is { } maximum ? (decimal)maximum : long.MaxValue;
                var least = (decimal)schema["minimum"]!;
                return Pick([least - 1, least, most, most + 1, most + 0.01m]);
            case "string" when schema["maxLength"] is { } longest: return new string('x', Pick([0, 1, (int)longest - 1, (int)longest, (int)longest + 1]));
            default: return Valid(schema);
        }
    }

    private JsonArray Lines(JsonObject schema, int count) => new([.. Enumerable.Range(0, count).Select(_ => Valid(schema["items"]!.AsObject()))]);

    /// <summary>Changes one member, in the body or in one of its lines.</summary>
    private JsonObject Bend(JsonObject body, JsonObject schema)
    {
        var (name, found) = Pick([.. schema["properties"]!.AsObject()]);
        var member = document.Resolve(found!);
        if (body[name] is JsonArray { Count: > 0 } lines && OneIn(2))
        {
            var at = random.Next(lines.Count);
            lines[at] = OneIn(6) ? JsonNode.Parse(Pick(OddJson)) : Bend(lines[at]!.DeepClone().AsObject(), document.Resolve(member["items"]!));
            return body;
        }

        switch (random.Next(5))
        {
            case 0: body.Remove(name); break;
            case 1: body[OneIn(2) ? name.ToUpperInvariant() : "unknown"] = 1; break;
            case 2: body[name] = JsonNode.Parse(Pick(OddJson)); break;
            case 3: body[name] = Pick(OddTexts); break;
            default: body[name] = AtBound(member); break;
        }

        return body;
    }

    /// <summary>Breaks the JSON, repeats a member, or adds white space.</summary>
    private string Break(string json) => random.Next(6) switch
    {
        0 => json[..random.Next(json.Length)],
        1 => json + Pick([",", "}", "x", "{}", "\0"]),
        2 => json.Insert(random.Next(json.Length), Pick(["\"", "\\", "\u0001", ",", "{", "[", "\ufeff"])),
        3 => string.Create(CultureInfo.InvariantCulture, $"{{{json[1..^1]},{json[1..^1]}}}"),
        4 => new StringBuilder(json).Append(' ', random.Next(1, 100)).ToString(),
        _ => "",
    };

    private static string TypeOf(JsonObject schema) => schema["type"] switch
    {
        JsonArray types => types.Select(type => (string)type!).First(type => type != "null"),
        { } type => (string)type!,
        null => "string",
    };

    private static long Least(JsonObject schema) => schema["minimum"] is { } least ? Number(least) : 0;

    private static long Most(JsonObject schema) => schema["maximum"] is { } most ? Number(most) : int.MaxValue;

    private static long Number(JsonNode number) => long.Parse(number.ToJsonString(), CultureInfo.InvariantCulture);
}
