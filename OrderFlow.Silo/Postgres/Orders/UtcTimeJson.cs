using System.Text.Json;
using System.Text.Json.Serialization;

namespace OrderFlow.Silo.Postgres.Orders;

/// <summary>Writes times as the API does: UTC with a Z (RFC 3339).</summary>
internal sealed class UtcTimeJson : JsonConverter<DateTimeOffset>
{
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.UtcDateTime);
}
