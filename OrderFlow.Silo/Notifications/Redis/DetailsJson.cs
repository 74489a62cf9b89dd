using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Notifications.Redis;

/// <summary>JSON of the field <c>details</c> of a job.</summary>
internal static class DetailsJson
{
    /// <summary>Escapes no letters: they would take several times the memory.</summary>
    private static readonly DetailsJsonContext Context =
        new(new JsonSerializerOptions(DetailsJsonContext.Default.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });

    /// <summary>The details as the field holds them; empty for none.</summary>
    public static string Serialize(NotificationDetails? details) => details is null ? "" : JsonSerializer.Serialize(details, Context.NotificationDetails);

    /// <summary>The details; null where there are none, or none that this version can read: the job is sent without.</summary>
    public static NotificationDetails? Deserialize(string json)
    {
        try
        {
            return json.Length == 0 ? null : JsonSerializer.Deserialize(json, Context.NotificationDetails);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Leaves out members without a value, and ignores those of newer versions.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(NotificationDetails))]
internal sealed partial class DetailsJsonContext : JsonSerializerContext;
