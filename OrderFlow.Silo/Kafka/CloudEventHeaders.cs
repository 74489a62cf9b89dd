using System.Globalization;
using System.Text;
using Confluent.Kafka;

namespace OrderFlow.Silo.Kafka;

/// <summary>CloudEvents 1.0 in binary content mode: what describes the event stands in headers, the value is the data alone (Kafka protocol binding §3.2).</summary>
internal static class CloudEventHeaders
{
    /// <summary>Who speaks: all our events have this <c>ce_source</c>, and an id that is theirs alone within it.</summary>
    public const string Source = "/orderflow/orders";

    private static readonly byte[] SpecVersion = "1.0"u8.ToArray();
    private static readonly byte[] SourceBytes = Encoding.UTF8.GetBytes(Source);
    private static readonly byte[] Json = "application/json"u8.ToArray();

    public static Headers Of(string id, string type, string subject, DateTimeOffset time) => new()
    {
        { "ce_specversion", SpecVersion },
        { "ce_id", Encoding.UTF8.GetBytes(id) },
        { "ce_type", Encoding.UTF8.GetBytes(type) },
        { "ce_source", SourceBytes },
        { "ce_subject", Encoding.UTF8.GetBytes(subject) },
        { "ce_time", Encoding.UTF8.GetBytes(time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)) },
        { "content-type", Json },
    };
}
