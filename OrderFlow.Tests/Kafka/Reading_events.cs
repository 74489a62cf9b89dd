using System.Text;
using OrderFlow.Notifications;
using OrderFlow.Silo.Kafka;

namespace OrderFlow.Tests.Kafka;

public sealed class Reading_events
{
    [Fact]
    public void An_event_is_read_as_it_was_published_and_what_is_new_in_it_is_passed_over()
    {
        var (notice, objection) = Read("""{"items":[],"userId":"alice","orderId":42,"version":2,"occurredAt":"2026-11-25T00:00:00Z","totalAmount":19.98,"more":{}}""");

        Assert.Equal(new OrderNotice("42-2", Topics.Reserved, 42, "alice", 19.98m, Reason: null), notice);
        Assert.Null(objection);
    }

    [Theory]
    [InlineData("hello", "the value is not the JSON of an event")]
    [InlineData("null", "the value is null")]
    [InlineData("[]", "the value is not the JSON of an event")]
    [InlineData("""{"userId":"alice","version":2}""", "orderId is no order's number")]
    [InlineData("""{"orderId":"42","userId":"alice","version":2}""", "the value is not the JSON of an event")]
    [InlineData("""{"orderId":42,"userId":"alice"}""", "version is no order's version")]
    [InlineData("""{"orderId":42,"userId":"alice","version":-2}""", "version is no order's version")]
    [InlineData("""{"orderId":42,"userId":"alice","version":0}""", "version is no order's version")]
    [InlineData("""{"orderId":0,"userId":"alice","version":2}""", "orderId is no order's number")]
    [InlineData("""{"orderId":-42,"userId":"alice","version":2}""", "orderId is no order's number")]
    [InlineData("""{"orderId":9223372036854775808,"userId":"alice","version":2}""", "the value is not the JSON of an event")]
    [InlineData("""{"orderId":42,"userId":"\ud800","version":2}""", "the value is not the JSON of an event")]
    [InlineData("""{"orderId":42,"userId":"alice","version":2,"totalAmount":1e400}""", "the value is not the JSON of an event")]
    [InlineData("""{"orderId":42,"userId":"alice","version":2,"totalAmount":-1}""", "totalAmount is negative")]
    [InlineData("", "the value is not the JSON of an event")]
    [InlineData("""{"orderId":42,"userId":"","version":2}""", "userId must have 1 to 128 characters")]
    public void What_can_never_be_handled_says_why(string value, string why)
    {
        var (notice, objection) = Read(value);

        Assert.Null(notice);
        Assert.StartsWith(why, objection, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Limits.UserIdLength, null)]
    [InlineData(Limits.UserIdLength + 1, "userId must have 1 to 128 characters")]
    public void Users_have_ids_of_a_bounded_length(int length, string? why) =>
        Assert.Equal(why, Read($$"""{"orderId":42,"userId":"{{new string('a', length)}}","version":2}""").Objection);

    [Fact]
    public void Bytes_that_are_no_text_say_so()
    {
        var (notice, objection) = OrderEventMessage.Read(Topics.Reserved, [.. """{"orderId":42,"version":2,"userId":"al"""u8, 0xff, .. "\"}"u8]);

        Assert.Null(notice);
        Assert.StartsWith("the value is not the JSON of an event", objection, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_new_in_an_event_may_be_as_deep_and_large_as_JSON_is()
    {
        var (notice, _) = Read($$$"""{"orderId":42,"userId":"alice","version":2,"status":"confirmed","new":{{{new string('[', 60) + new string(']', 60)}}},"more":"{{{new string('x', 100_000)}}}"}""");

        Assert.Equal("42-2", notice!.EventId);
    }

    [Fact]
    public void An_event_of_a_type_that_this_version_does_not_know_says_so() => Assert.Equal(
        (null, "ce_type is order.confirmed, and this version knows no event but order.reserved in this topic"),
        OrderEventMessage.Read(Topics.Reserved, """{"orderId":42,"userId":"alice","version":2}"""u8.ToArray(), "order.confirmed"));

    [Fact]
    public void A_tombstone_is_no_event() => Assert.Equal((null, "the value is empty"), OrderEventMessage.Read(Topics.Reserved, value: null));

    private static (OrderNotice? Notice, string? Objection) Read(string value) => OrderEventMessage.Read(Topics.Reserved, Encoding.UTF8.GetBytes(value));
}
