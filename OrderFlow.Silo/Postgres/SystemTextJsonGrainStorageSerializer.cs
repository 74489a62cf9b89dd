using System.Text.Json;
using System.Text.Json.Serialization;
using Orleans.Storage;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Writes the state of grains as plain JSON in UTF-8: camelCase names, enums by name, nothing of null, no CLR type names.
/// A class may be renamed or moved and still reads what it wrote; members it no longer has are skipped.
/// </summary>
internal sealed class SystemTextJsonGrainStorageSerializer : IGrainStorageSerializer
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <inheritdoc/>
    public BinaryData Serialize<T>(T? input) => new(JsonSerializer.SerializeToUtf8Bytes(input, Json));

    /// <inheritdoc/>
    /// <exception cref="JsonException">What is stored is not the JSON of a <typeparamref name="T"/>.</exception>
    public T Deserialize<T>(BinaryData input) => JsonSerializer.Deserialize<T>(input, Json)!;
}
