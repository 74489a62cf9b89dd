using System.Diagnostics;
using System.Text;
using Confluent.Kafka;
using OrderFlow.Silo.Kafka;

namespace OrderFlow.Tests.Kafka;

/// <summary>When an event occurred, and whether it is still notified.</summary>
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
    [InlineData(-16, -10, "before_switch_on")]
    [InlineData(-90_000, -10, "before_switch_on")]
    [InlineData(-90_000, -100_000, "too_old")]
    public void An_event_is_skipped_for_its_age_or_the_switch_on(int occurred, int? switchedOn, string? reason)
    {
        var judged = EventAge.Judge(Now.AddSeconds(occurred), switchedOn is { } on ? Now.AddSeconds(on) : null, Day, Now);

        Assert.Equal(reason, judged is { } skipped ? EventAge.Name(skipped) : null);
    }

    [Fact]
    public void One_whose_time_nobody_knows_is_notified() => Assert.Null(EventAge.Judge(occurredAt: null, Now, Day, Now));

    [Fact]
    public void The_header_goes_before_the_time_of_the_record()
    {
        var message = Message("2026-11-25T03:08:41.115Z"u8.ToArray(), Now.ToUnixTimeMilliseconds());

        Assert.Equal(new DateTimeOffset(2026, 11, 25, 3, 8, 41, 115, TimeSpan.Zero), CloudEventHeaders.TimeOf(message));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("yesterday")]
    [InlineData("99999-01-01T00:00:00Z")]
    public void A_header_that_cannot_be_read_leaves_the_time_of_the_record(string? header)
    {
        var message = Message(header is null ? null : Encoding.UTF8.GetBytes(header), Now.ToUnixTimeMilliseconds());

        Assert.Equal(Now, CloudEventHeaders.TimeOf(message));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(long.MinValue)]
    [InlineData(long.MaxValue)]
    public void A_time_that_cannot_be_is_none(long milliseconds) => Assert.Null(CloudEventHeaders.TimeOf(Message(header: null, milliseconds)));

    [Fact]
    public void A_message_without_headers_and_time_has_none() => Assert.Null(CloudEventHeaders.TimeOf(new Message<byte[], byte[]> { Headers = null! }));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("00-nonsense")]
    [InlineData("00-00000000000000000000000000000000-0000000000000000-01")]
    public void A_trace_that_cannot_be_read_is_none(string? parent)
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
