using System.Globalization;
using System.Text;
using Confluent.Kafka;
using OrderFlow.Telemetry;

namespace OrderFlow.Silo.Kafka;

/// <summary>CloudEvents 1.0 in binary content mode: attributes are headers, the value is the data alone (Kafka protocol binding §3.2).</summary>
internal static class CloudEventHeaders
{
    /// <summary>The <c>ce_source</c> of orders' events; <c>ce_id</c> is unique within it.</summary>
    public const string OrderSource = "/orderflow/orders";

    /// <summary>The <c>ce_source</c> of products' events.</summary>
    public const string StockSource = "/orderflow/stock";

    private const string Type = "ce_type";
    private const string Time = "ce_time";

    /// <summary>The latest time that .NET can represent: a record's timestamp is whatever its producer says.</summary>
    private const long MaxUnixTimeMs = 253_402_300_799_999;

    private static readonly byte[] SpecVersion = "1.0"u8.ToArray();
    private static readonly byte[] Json = "application/json"u8.ToArray();

    public static Headers Of(string source, string id, string type, string subject, DateTimeOffset time, TraceContext? trace = null)
    {
        var headers = new Headers
        {
            { "ce_specversion", SpecVersion },
            { "ce_id", Encoding.UTF8.GetBytes(id) },
            { Type, Encoding.UTF8.GetBytes(type) },
            { "ce_source", Encoding.UTF8.GetBytes(source) },
            { "ce_subject", Encoding.UTF8.GetBytes(subject) },
            { Time, Encoding.UTF8.GetBytes(time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture)) },
            { "content-type", Json },
        };
        if (trace is null) return headers;

        // Named as in W3C Trace Context, without ce_: Kafka instrumentation looks for these names.
        headers.Add(TraceContext.ParentName, Encoding.UTF8.GetBytes(trace.TraceParent));
        if (trace.TraceState is { } state) headers.Add(TraceContext.StateName, Encoding.UTF8.GetBytes(state));
        return headers;
    }

    /// <summary>The trace in which a message was written; null where its headers have none.</summary>
    public static TraceContext? TraceOf(Headers? headers) => TraceContext.Of(Text(headers, TraceContext.ParentName), Text(headers, TraceContext.StateName));

    /// <summary>The type of a message's event; null where its headers have none.</summary>
    public static string? TypeOf(Headers? headers) => Text(headers, Type);

    /// <summary>When a message's event occurred: by its headers, else by the record's timestamp. Null where neither can be read.</summary>
    public static DateTimeOffset? TimeOf(Message<byte[], byte[]> message) =>
        DateTimeOffset.TryParse(Text(message.Headers, Time), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var occurred) ? occurred
        : message.Timestamp is { Type: not TimestampType.NotAvailable, UnixTimestampMs: >= 0 and <= MaxUnixTimeMs } written
            ? DateTimeOffset.FromUnixTimeMilliseconds(written.UnixTimestampMs)
        : null;

    private static string? Text(Headers? headers, string name) =>
        headers is not null && headers.TryGetLastBytes(name, out var bytes) && bytes is not null ? Encoding.UTF8.GetString(bytes) : null;
}
