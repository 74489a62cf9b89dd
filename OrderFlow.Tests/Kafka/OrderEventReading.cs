using System.Text;
using OrderFlow.Notifications;
using OrderFlow.Orders;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Kafka.Consumer;

namespace OrderFlow.Tests.Kafka;

public sealed class OrderEventReading
{
    [Fact]
    public void An_event_is_read_as_it_was_published_and_unknown_members_are_ignored()
    {
        var (notice, error) = Read("""{"items":[],"userId":"alice","orderId":42,"version":2,"occurredAt":"2026-11-25T00:00:00Z","totalAmount":19.98,"more":{}}""");

        Assert.Equal(
            new OrderNotice("42-2", Topics.Reserved, 42, "alice", 19.98m, Reason: null, OccurredAt: new DateTimeOffset(2026, 11, 25, 0, 0, 0, TimeSpan.Zero)), notice! with { Items = default });
        Assert.Empty(notice.Items);
        Assert.Null(error);
    }

    [Fact]
    public void The_lines_of_an_event_are_read_but_for_those_that_no_order_can_have() => Assert.Equal(
        [new("sku-1", 2), new("sku-2", 1)],
        Read($$"""
            {"orderId":42,"userId":"alice","version":2,"items":[{"productId":"sku-1","quantity":2,"new":1},{"productId":"","quantity":1},{"quantity":1},{"productId":"sku-3","quantity":0},
            {"productId":"{{new string('x', Limits.ProductIdLength + 1)}}","quantity":1},{"productId":"sku-2","quantity":1}]}
            """).Notice!.Items.ToArray());

    [Fact]
    public void No_more_lines_are_read_than_an_order_can_have() => Assert.Equal(
        Limits.OrderLines,
        Read($$"""{"orderId":42,"userId":"alice","version":2,"items":[{{string.Join(',', Enumerable.Repeat("""{"productId":"sku-1","quantity":1}""", Limits.OrderLines + 1))}}]}""").Notice!.Items.Length);

    [Theory]
    [InlineData("\"items\":{}")]
    [InlineData("\"items\":[7]")]
    [InlineData("\"items\":[{\"productId\":7,\"quantity\":1}]")]
    [InlineData("\"occurredAt\":\"yesterday\"")]
    [InlineData("\"occurredAt\":7")]
    public void Lines_or_a_time_of_another_type_are_left_out(string member)
    {
        var (notice, error) = Read($$"""{"orderId":42,"userId":"alice","version":2,{{member}}}""");
        Assert.Equal((null, null, true), (error, notice!.OccurredAt, notice.Items.IsDefaultOrEmpty));
    }

    [Theory]
    [InlineData("""{"carrier":"DHL","number":"1","url":"https://parcels.example/1"}""", "DHL", "1", "https://parcels.example/1")]
    [InlineData("""{"carrier":"DHL","number":"1"}""", "DHL", "1", null)]
    [InlineData("""{"carrier":"DHL","number":"1","url":null,"weight":2.5}""", "DHL", "1", null)]
    public void The_parcel_of_an_event_is_read(string tracking, string carrier, string number, string? url) =>
        Assert.Equal(new Tracking(carrier, number, url), ReadTracking(tracking).Notice!.Tracking);

    /// <summary>Its customer is notified without it.</summary>
    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"carrier":"DHL"}""")]
    [InlineData("""{"number":"1"}""")]
    [InlineData("""{"carrier":null,"number":"1"}""")]
    [InlineData("""{"carrier":"DHL, whose name is longer than any that an API accepts","number":"1"}""")]
    [InlineData("""{"carrier":"DHL","number":"000000000000000000000000000000000000000000000000001"}""")]
    [InlineData("""{"carrier":"","number":"1"}""")]
    [InlineData("""{"carrier":"DHL","number":"1 "}""")]
    [InlineData("""{"carrier":"DHL\nPay at https://evil.example","number":"1"}""")]
    [InlineData("""{"carrier":"\u202eLHD","number":"1"}""")]
    [InlineData("""{"carrier":"DHL","number":"1\u200b"}""")]
    [InlineData("""{"carrier":"DHL","number":"1","url":""}""")]
    [InlineData("""{"carrier":"DHL","number":"1","url":"javascript:alert(1)"}""")]
    [InlineData("""{"carrier":"DHL","number":"1","url":"https://parcels.example/1 2"}""")]
    public void A_parcel_that_no_API_accepts_is_left_out(string tracking)
    {
        var (notice, error) = ReadTracking(tracking);

        Assert.Equal((new OrderNotice("42-2", Topics.Reserved, 42, "alice", TotalAmount: null, Reason: null), null), (notice, error));
    }

    [Theory]
    [InlineData("7")]
    [InlineData("\"DHL\"")]
    [InlineData("[]")]
    [InlineData("""{"carrier":7,"number":"1"}""")]
    public void A_parcel_of_another_type_gives_an_error(string tracking)
    {
        var (notice, error) = ReadTracking(tracking);

        Assert.Null(notice);
        Assert.StartsWith("the value is not the JSON of an event", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("hello", "the value is not the JSON of an event")]
    [InlineData("null", "the value is not the JSON of an event")]
    [InlineData("[]", "the value is not the JSON of an event")]
    [InlineData("""{"userId":"alice","version":2}""", "orderId must be at least 1")]
    [InlineData("""{"orderId":"42","userId":"alice","version":2}""", "the value is not the JSON of an event")]
    [InlineData("""{"orderId":42,"userId":"alice"}""", "version must be at least 1")]
    [InlineData("""{"orderId":42,"userId":"alice","version":-2}""", "version must be at least 1")]
    [InlineData("""{"orderId":-42,"userId":"alice","version":2}""", "orderId must be at least 1")]
    [InlineData("""{"orderId":42,"userId":"alice","version":0}""", "version must be at least 1")]
    [InlineData("""{"orderId":0,"userId":"alice","version":2}""", "orderId must be at least 1")]
    [InlineData("""{"orderId":9223372036854775808,"userId":"alice","version":2}""", "the value is not the JSON of an event")]
    [InlineData("""{"orderId":42,"userId":"\ud800","version":2}""", "the value is not the JSON of an event")]
    [InlineData("""{"orderId":42,"userId":"alice","version":2,"totalAmount":1e400}""", "the value is not the JSON of an event")]
    [InlineData("""{"orderId":42,"userId":"alice","version":2,"totalAmount":-1}""", "totalAmount must not be negative")]
    [InlineData("", "the value is not the JSON of an event")]
    [InlineData("""{"orderId":42,"userId":"","version":2}""", "userId must have 1 to 128 characters")]
    public void An_invalid_event_gives_an_error(string value, string why)
    {
        var (notice, error) = Read(value);

        Assert.Null(notice);
        Assert.StartsWith(why, error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(Limits.UserIdLength, null)]
    [InlineData(Limits.UserIdLength + 1, "userId must have 1 to 128 characters")]
    public void Users_have_ids_of_a_bounded_length(int length, string? why) =>
        Assert.Equal(why, Read($$"""{"orderId":42,"userId":"{{new string('a', length)}}","version":2}""").Error);

    [Fact]
    public void Bytes_that_are_not_UTF8_give_an_error()
    {
        var (notice, error) = OrderEventReader.Read(Topics.Reserved, [.. """{"orderId":42,"version":2,"userId":"al"""u8, 0xff, .. "\"}"u8]);

        Assert.Null(notice);
        Assert.StartsWith("the value is not the JSON of an event", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_members_may_be_deep_and_large()
    {
        var (notice, _) = Read($$$"""{"orderId":42,"userId":"alice","version":2,"status":"audited","new":{{{new string('[', 60) + new string(']', 60)}}},"more":"{{{new string('x', 100_000)}}}"}""");

        Assert.Equal("42-2", notice!.EventId);
    }

    [Fact]
    public void An_event_of_a_type_that_this_version_does_not_know_gives_an_error() => Assert.Equal(
        (null, "ce_type is order.audited; the only event that this version knows in the topic is order.reserved"),
        OrderEventReader.Read(Topics.Reserved, """{"orderId":42,"userId":"alice","version":2}"""u8.ToArray(), "order.audited"));

    [Fact]
    public void A_tombstone_gives_an_error() => Assert.Equal((null, "the value is empty"), OrderEventReader.Read(Topics.Reserved, value: null));

    private static (OrderNotice? Notice, string? Error) ReadTracking(string tracking) =>
        Read($$"""{"orderId":42,"userId":"alice","version":2,"tracking":{{tracking}}}""");

    private static (OrderNotice? Notice, string? Error) Read(string value) => OrderEventReader.Read(Topics.Reserved, Encoding.UTF8.GetBytes(value));
}
