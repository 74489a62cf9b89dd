using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace OrderFlow.Tests.Chaos;

/// <summary>Expected notifications against those that customers can read: <c>infra/compare/compare.sh</c>, with a fake API.</summary>
public sealed class NotificationComparison : IAsyncLifetime
{
    /// <summary>42 is reserved, 43 was cancelled while it was pending, 44 was deleted when it was reserved.</summary>
    private static readonly string[] Expected =
    [
        "42-1\torder.created\t0", "42-2\torder.reserved\t1", "43-1\torder.created\t0", "43-2\torder.cancelled\t0",
        "44-1\torder.created\t0", "44-2\torder.reserved\t0", "44-3\torder.cancelled\t0",
    ];

    private static readonly string[] Orders = ["42\tchaos-1-customer-1\treserved", "43\tchaos-1-customer-2\tcancelled"];

    /// <summary>The response for each order; for any other 404.</summary>
    private readonly Dictionary<int, (int Status, string Items)> _lists = new()
    {
        [42] = (200, Told("42-2", "order.reserved", "sent")),
        [43] = (200, ""),
    };

    private readonly string _directory = Directory.CreateTempSubdirectory("orderflow-told-").FullName;
    private WebApplication _api = null!;

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(server => server.Listen(IPAddress.Loopback, 0));
        _api = builder.Build();
        _api.MapGet("/orders/{order:int}/notifications", (int order) =>
        {
            var (status, items) = _lists.GetValueOrDefault(order, (404, ""));
            return Results.Text($$"""{"items":[{{items}}],"total":1,"page":1,"limit":100}""", "application/json", statusCode: status);
        });
        await _api.StartAsync();
    }

    public async Task DisposeAsync()
    {
        await _api.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task Equal_sides_have_no_violation() => Assert.Empty(await Compare());

    [Fact]
    public async Task A_dropped_notification_is_unsent()
    {
        _lists[42] = (200, "");

        Assert.Equal(["unsent\t42-2 is not there"], await Compare());
    }

    [Theory]
    [InlineData("waiting")]
    [InlineData("dead")]
    public async Task A_notification_that_is_not_sent_in_the_end_is_unsent(string state)
    {
        _lists[42] = (200, Told("42-2", "order.reserved", state));

        Assert.Equal([$"unsent\t42-2 is {state}"], await Compare());
    }

    [Fact]
    public async Task Orders_without_notifications_are_checked_too()
    {
        _lists[43] = (200, Told("43-2", "order.cancelled", "sent"));

        Assert.Equal(["untrue\t43-2 is sent, of order.cancelled"], await Compare());
    }

    [Fact]
    public async Task A_superfluous_notification_is_untrue()
    {
        _lists[42] = (200, Told("42-2", "order.reserved", "sent") + "," + Told("42-3", "order.failed", "sent"));

        Assert.Equal(["untrue\t42-3 is sent, of order.failed"], await Compare());
    }

    [Fact]
    public async Task A_repeated_notification_is_untrue()
    {
        _lists[42] = (200, Told("42-2", "order.reserved", "sent") + "," + Told("42-2", "order.reserved", "sent"));

        Assert.Equal(["untrue\t42-2 is told 2 times"], await Compare());
    }

    [Fact]
    public async Task A_notification_of_a_different_event_is_untrue()
    {
        _lists[42] = (200, Told("42-2", "order.failed", "sent"));

        Assert.Equal(["untrue\t42-2 is sent, of order.failed"], await Compare());
    }

    [Fact]
    public async Task A_deleted_order_must_not_have_notifications()
    {
        _lists[44] = (200, Told("44-2", "order.reserved", "sent"));

        Assert.Equal(["unread\t44 has a list that was answered 200, not 404", "untrue\t44-2 is sent, of order.reserved"], await Compare());
    }

    [Fact]
    public async Task A_list_that_cannot_be_read_is_not_an_empty_list()
    {
        _lists[43] = (503, "");

        Assert.Equal(["unread\t43 has a list that was answered 503, not 200"], await Compare());
    }

    [Fact]
    public async Task Everything_is_unread_if_the_API_does_not_answer()
    {
        var gone = _api.Urls.Single();
        await _api.StopAsync();

        Assert.Equal(
            [
                "unread\t42 has a list that was answered 000, not 200", "unread\t43 has a list that was answered 000, not 200",
                "unread\t44 has a list that was answered 000, not 404", "unsent\t42-2 is not there",
            ],
            await Compare(gone));
    }

    private static string Told(string id, string type, string state) =>
        $$"""{"jobId":"{{id}}","eventType":"{{type}}","message":"It is \"state\":\"told\" so.","state":"{{state}}","attempts":1,"updatedAt":"2026-01-01T00:00:00Z"}""";

    private async Task<string[]> Compare(string? api = null)
    {
        await File.WriteAllLinesAsync(Path.Combine(_directory, "expected.tsv"), Expected);
        await File.WriteAllLinesAsync(Path.Combine(_directory, "orders.tsv"), Orders);
        return Scripts.Lines(await Scripts.Shell(
            """
            source infra/lib/http.sh; source infra/compare/compare.sh
            ORDERFLOW_API=$2 ADMIN_TOKEN=any NOTIFIED_SECONDS=1
            compare_open "$1"
            await_notifications
            cat "$VIOLATIONS"
            """,
            _directory,
            api ?? _api.Urls.Single()));
    }
}
