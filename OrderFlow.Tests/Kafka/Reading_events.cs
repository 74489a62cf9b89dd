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
    [InlineData("""{"orderId":42,"userId":"","version":2}""", "userId must have 1 to 128 characters")]
    public void What_can_never_be_handled_says_why(string value, string why)
    {
        var (notice, objection) = Read(value);

        Assert.Null(notice);
        Assert.StartsWith(why, objection, StringComparison.Ordinal);
    }

    [Fact]
    public void A_tombstone_is_no_event() => Assert.Equal((null, "the value is empty"), OrderEventMessage.Read(Topics.Reserved, value: null));

    private static (OrderNotice? Notice, string? Objection) Read(string value) => OrderEventMessage.Read(Topics.Reserved, Encoding.UTF8.GetBytes(value));
}
