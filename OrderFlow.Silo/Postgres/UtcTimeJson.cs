using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderFlow.Silo.Postgres;

/// <summary>Times in JSON as the API writes them: UTC, with a Z (RFC 3339).</summary>
internal sealed class UtcTimeJson : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime);
}
