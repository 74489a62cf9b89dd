using System.Text;
using Confluent.Kafka;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Kafka.Consumer;

/// <summary>A message that can never be handled, as it goes to <c>order.dead-letter</c>: as a whole, or as much of it as Kafka takes.</summary>
internal sealed class DeadLetterMessage(ConsumeResult<byte[], byte[]> consumed, string reason)
{
    /// <summary>Header with the reason.</summary>
    public const string ReasonHeader = "orderflow-reason";

    /// <summary>Header with the source, as <c>topic/partition/offset</c>.</summary>
    public const string SourceHeader = "orderflow-source";

    /// <summary>Header of a message that Kafka does not take as a whole: what was omitted, and why.</summary>
    public const string OmittedHeader = "orderflow-left-out";

    /// <summary>The maximum length of a reason: it may quote the message, which anybody may have written.</summary>
    private const int MaxReasonLength = 2_000;

    private readonly List<string> _omitted = [];
    private byte[]? _key = consumed.Message.Key;
    private byte[]? _value = consumed.Message.Value;
    private IReadOnlyList<IHeader> _headers = [.. consumed.Message.Headers ?? []];

    public string Reason { get; } = TextTruncation.Truncate(reason, MaxReasonLength);

    public Message<byte[], byte[]> ToMessage()
    {
        var headers = new Headers();
        foreach (var header in _headers) headers.Add(header.Key, header.GetValueBytes());
        Add(headers, ReasonHeader, Reason);
        Add(headers, SourceHeader, $"{consumed.Topic}/{consumed.Partition.Value}/{consumed.Offset.Value}");
        if (_omitted.Count > 0) Add(headers, OmittedHeader, string.Join("; ", _omitted));
        return new() { Key = _key!, Value = _value!, Headers = headers };
    }

    /// <summary>Omits the value, at the next call its headers, and at last the key. What remains is short.</summary>
    /// <param name="why">Why Kafka rejects the message.</param>
    public void Shrink(string why)
    {
        string omitted;
        if (_value is not null) (omitted, _value) = ($"the value of {_value.Length} bytes", null);
        else if (_headers.Count > 0) (omitted, _headers) = ($"{_headers.Count} headers", []);
        else if (_key is not null) (omitted, _key) = ($"the key of {_key.Length} bytes", null);
        else return;

        _omitted.Add($"{omitted}: {why}");
    }

    private static void Add(Headers headers, string name, string text) => headers.Add(name, Encoding.UTF8.GetBytes(text));
}
