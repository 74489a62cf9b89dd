using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Consumer;

namespace OrderFlow.Tests.Kafka;

/// <summary>When an event occurred, and whether it is notified.</summary>
public sealed class EventAges
{
    private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    [Theory]
    [InlineData(-86_400, null, null)]
    [InlineData(-86_401, null, "too_old")]
    [InlineData(3_600, null, null)]   // a clock that is ahead
    [InlineData(-10, -10, null)]
    [InlineData(-15, -10, null)]   // clocks that differ
    [InlineData(-16, -10, "before_enabled")]
    [InlineData(-90_000, -10, "before_enabled")]
    [InlineData(-90_000, -100_000, "too_old")]
    public void An_event_is_skipped_for_its_age_or_for_preceding_the_enabling(int occurred, int? enabled, string? reason)
    {
        var found = EventAge.SkipReasonFor(Now.AddSeconds(occurred), enabled is { } at ? Now.AddSeconds(at) : null, Day, Now);

        Assert.Equal(reason, found is { } skipped ? EventAge.LabelOf(skipped) : null);
    }

    [Fact]
    public void An_event_without_a_time_is_notified() => Assert.Null(EventAge.SkipReasonFor(occurredAt: null, Now, Day, Now));

    [Fact]
    public void The_header_takes_precedence_over_the_timestamp_of_the_record()
    {
        var message = Message("2026-11-25T03:08:41.115Z"u8.ToArray(), Now.ToUnixTimeMilliseconds());

        Assert.Equal(new DateTimeOffset(2026, 11, 25, 3, 8, 41, 115, TimeSpan.Zero), CloudEventHeaders.TimeOf(message));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("99999-01-01T00:00:00Z")]
    public void Without_a_valid_header_the_timestamp_of_the_record_counts(string? header)
    {
        var message = Message(header is null ? null : Encoding.UTF8.GetBytes(header), Now.ToUnixTimeMilliseconds());

        Assert.Equal(Now, CloudEventHeaders.TimeOf(message));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void An_impossible_timestamp_counts_as_none(long milliseconds) => Assert.Null(CloudEventHeaders.TimeOf(Message(header: null, milliseconds)));

    [Fact]
    public void A_message_without_headers_and_timestamp_has_no_time() => Assert.Null(CloudEventHeaders.TimeOf(new Message<byte[], byte[]> { Headers = null! }));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00-nonsense")]
    [InlineData("00-00000000000000000000000000000000-0000000000000000-01")]
    public void An_invalid_trace_counts_as_none(string? parent)
    {
        var headers = new Headers { { "traceparent", parent is null ? null : Encoding.UTF8.GetBytes(parent) }, { "tracestate", [0xff, 0xfe] } };

        Assert.Equal(default(ActivityContext), CloudEventHeaders.TraceOf(headers)?.ToActivityContext() ?? default);
    }

    private static Message<byte[], byte[]> Message(byte[]? header, long milliseconds) => new()
    {
        Headers = new() { { "ce_time", header } },
        Timestamp = new Timestamp(milliseconds, TimestampType.CreateTime),
    };
}
