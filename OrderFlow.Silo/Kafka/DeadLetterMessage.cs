using System.Text;
using Confluent.Kafka;
using OrderFlow.Notifications;

namespace OrderFlow.Silo.Kafka;

/// <summary>A message that can never be handled, as it goes to <c>order.dead-letter</c>: as it was, or as much of it as Kafka takes.</summary>
internal sealed class DeadLetterMessage(ConsumeResult<byte[], byte[]> consumed, string reason)
{
    /// <summary>Headers: why it lies there, and where it came from, as <c>topic/partition/offset</c>.</summary>
    public const string ReasonHeader = "orderflow-reason";
    public const string SourceHeader = "orderflow-source";

    /// <summary>Header of one that Kafka does not take as a whole: what is not in it, and why.</summary>
    public const string LeftOutHeader = "orderflow-left-out";

    /// <summary>The most characters of a reason: it may quote the message, which is of somebody else's making.</summary>
    private const int ReasonLimit = 2_000;

    private readonly List<string> _leftOut = [];
    private byte[]? _key = consumed.Message.Key;
    private byte[]? _value = consumed.Message.Value;
    private IReadOnlyList<IHeader> _headers = [.. consumed.Message.Headers ?? []];

    public string Reason { get; } = TextTruncation.Truncate(reason, ReasonLimit);

    public Message<byte[], byte[]> ToMessage()
    {
        var headers = new Headers();
        foreach (var header in _headers) headers.Add(header.Key, header.GetValueBytes());
        Tell(headers, ReasonHeader, Reason);
        Tell(headers, SourceHeader, $"{consumed.Topic}/{consumed.Partition.Value}/{consumed.Offset.Value}");
        if (_leftOut.Count > 0) Tell(headers, LeftOutHeader, string.Join("; ", _leftOut));
        return new() { Key = _key!, Value = _value!, Headers = headers };
    }

    /// <summary>Kafka does not take it: leaves the value out, where that is gone already the headers it came with, and at last the key. What remains is short.</summary>
    public void LeaveOut(string why)
    {
        if (_value is not null)
        {
            _leftOut.Add($"the value of {_value.Length} bytes: {why}");
            _value = null;
        }
        else if (_headers.Count > 0)
        {
            _leftOut.Add($"{_headers.Count} headers: {why}");
            _headers = [];
        }
        else if (_key is not null)
        {
            _leftOut.Add($"the key of {_key.Length} bytes: {why}");
            _key = null;
        }
    }

    private static void Tell(Headers headers, string name, string text) => headers.Add(name, Encoding.UTF8.GetBytes(text));
}
