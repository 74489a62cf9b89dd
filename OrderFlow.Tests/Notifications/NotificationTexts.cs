using System.Collections.Immutable;
using System.Text;
using OrderFlow.Notifications;
using OrderFlow.Orders;

namespace OrderFlow.Tests.Notifications;

public sealed class NotificationTexts
{
    private const string Shortage = "insufficient stock: sku-2 wanted 5, available 3";

    [Theory]
    [InlineData("order.created", null, "Your order 42 was received.")]
    [InlineData("order.reserved", null, "Your order 42 is reserved. Total: 19.98.")]
    [InlineData("order.failed", Shortage, "Your order 42 could not be reserved: insufficient stock: sku-2 wanted 5, available 3.")]
    [InlineData("order.failed", null, "Your order 42 could not be reserved.")]
    [InlineData("order.cancelled", "cancelled", "Your order 42 is cancelled.")]
    [InlineData("order.cancelled", "expired", "Your order 42 is cancelled: it was not confirmed in time.")]
    [InlineData("order.cancelled", "the product was recalled", "Your order 42 is cancelled: the product was recalled.")]
    [InlineData("order.cancelled", "The product was recalled.", "Your order 42 is cancelled: The product was recalled.")]
    [InlineData("order.cancelled", null, "Your order 42 is cancelled.")]
    [InlineData("order.reopened", null, "Your order 42 is being processed again.")]
    [InlineData("order.confirmed", null, "Your order 42 is confirmed.")]
    [InlineData("order.fulfilled", null, "Your order 42 is on its way.")]
    [InlineData("order.audited", null, null)]
    public void Say_what_happened_to_the_order(string eventType, string? reason, string? message)
    {
        Assert.Equal(message, NotificationText.Message(Notice(eventType, reason)));
    }

    [Theory]
    [InlineData("order.created", "Your order 42 was received")]
    [InlineData("order.reserved", "Your order 42 is reserved")]
    [InlineData("order.failed", "Your order 42 could not be reserved")]
    [InlineData("order.cancelled", "Your order 42 is cancelled")]
    [InlineData("order.reopened", "Your order 42 is being processed again")]
    [InlineData("order.confirmed", "Your order 42 is confirmed")]
    [InlineData("order.fulfilled", "Your order 42 is on its way")]
    [InlineData("order.audited", "Your order 42")]
    public void Name_the_event_in_the_subject(string eventType, string subject)
    {
        Assert.Equal(subject, NotificationText.Subject(TestJobs.Job(eventType: eventType)));
    }

    [Fact]
    public void Show_a_total_with_two_decimals()
    {
        Assert.Equal("Your order 42 is reserved. Total: 1200.50.", NotificationText.Message(Notice("order.reserved") with { TotalAmount = 1200.5m }));
        Assert.Equal("Your order 42 is reserved. Total: 0.00.", NotificationText.Message(Notice("order.reserved") with { TotalAmount = 0 }));
    }

    /// <summary>An address ends the message, so that no dot becomes a part of it.</summary>
    [Theory]
    [InlineData("https://parcels.example/1", "Your order 42 is on its way. DHL JD0146000011: https://parcels.example/1")]
    [InlineData(null, "Your order 42 is on its way. DHL JD0146000011.")]
    public void Show_where_the_parcel_is(string? url, string message)
    {
        Assert.Equal(message, NotificationText.Message(Notice("order.fulfilled") with { Tracking = new("DHL", "JD0146000011", url) }));
    }

    [Fact]
    public void Are_short_for_a_typical_order()
    {
        var message = NotificationText.Message(Notice("order.reserved") with { OrderId = 1_234_567_890, TotalAmount = 12_345.67m });
        Assert.Equal(51, Encoding.UTF8.GetByteCount(message!));
    }

    [Theory]
    [InlineData(384, 384)]
    [InlineData(385, 381)]
    [InlineData(100_000, 381)]
    public void Truncate_a_long_reason(int length, int kept)
    {
        var message = NotificationText.Message(Notice("order.failed", new string('x', length)));
        var shown = length == kept ? new string('x', kept) : new string('x', kept) + "…";
        Assert.Equal($"Your order 42 could not be reserved: {shown}.", message);
    }

    [Fact]
    public void Truncate_a_list_of_products_after_a_word()
    {
        var reason = "unknown product: " + string.Join(", ", Enumerable.Range(100, 100).Select(product => $"sku-{product}"));
        var shown = "unknown product: " + string.Join(", ", Enumerable.Range(100, 40).Select(product => $"sku-{product}")) + "…";
        Assert.Equal($"Your order 42 could not be reserved: {shown}.", NotificationText.Message(Notice("order.failed", reason)));
    }

    [Theory]
    [InlineData(0, 95)]
    [InlineData(1, 95)]
    [InlineData(2, 94)]
    public void Never_split_a_character(int offset, int kept)
    {
        var reason = new string('x', offset) + string.Concat(Enumerable.Repeat("🎁", 1_500));
        var shown = new string('x', offset) + string.Concat(Enumerable.Repeat("🎁", kept)) + "…";
        Assert.Equal($"Your order 42 could not be reserved: {shown}.", NotificationText.Message(Notice("order.failed", reason)));
    }

    /// <summary>What templates show is bounded likewise.</summary>
    [Fact]
    public void Leave_the_first_twenty_lines_and_a_truncated_reason_to_templates()
    {
        var items = Enumerable.Range(1, 100).Select(line => new OrderLine($"sku-{line}", line)).ToImmutableArray();

        var details = NotificationDetails.Of(Notice("order.failed", new string('x', 385) + ".") with { OccurredAt = TestJobs.Now, Items = items, Tracking = new("DHL", "JD01") });

        Assert.Equal(items.Take(20), details.Items);
        Assert.Equal(new NotificationDetails(TestJobs.Now, 19.98m, new string('x', 381) + "…", new("DHL", "JD01"), details.Items, MoreItems: 80), details);
    }

    [Fact]
    public void Leave_out_what_an_event_does_not_have() => Assert.Equal(
        new NotificationDetails(TotalAmount: 0), NotificationDetails.Of(Notice("order.reserved") with { TotalAmount = 0, Items = [] }));

    /// <summary>Its event says 0: prices are fixed when stock is reserved.</summary>
    [Fact]
    public void Show_no_total_of_an_order_that_is_only_placed() =>
        Assert.Equal(new NotificationDetails(), NotificationDetails.Of(Notice("order.created") with { TotalAmount = 0 }));

    private static OrderNotice Notice(string eventType, string? reason = null) => new("42-2", eventType, 42, "alice", 19.98m, reason);
}
