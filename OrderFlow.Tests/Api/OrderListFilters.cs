using System.Net;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>How the filters of a list reach the grains, and how invalid ones are answered.</summary>
public sealed class OrderListFilters : IDisposable
{
    private readonly GivenGrains _grains = GivenGrains.Make();
    private readonly ApiProgram _api;
    private readonly HttpClient _admin;
    private OrderQuery? _asked;

    public OrderListFilters()
    {
        (_api, _asked) = (new(_grains.Factory), null);
        _admin = _api.As(Tokens.Admin);
        _grains.Answer<IOrderQueryGrain>((_, arguments) => Answer(arguments, total: 3));
        _grains.Answer<IOrderSearchGrain>((_, arguments) => Answer(arguments, total: 3));
    }

    [Theory]
    [InlineData("status=reserved", "IOrderQueryGrain", OrderStatus.Reserved)]
    [InlineData("status=reserved,reserved", "IOrderQueryGrain", OrderStatus.Reserved)]
    [InlineData("userId=bob", "IOrderQueryGrain", null)]
    [InlineData("status=failed&createdTo=2026-11-25T00:00:00Z", "IOrderSearchGrain", OrderStatus.Failed)]
    [InlineData("productId=sku-1", "IOrderSearchGrain", null)]
    public async Task Only_filters_that_1_0_0_lacks_are_left_to_silos_that_know_them(string query, string grain, OrderStatus? status)
    {
        Assert.Equal(HttpStatusCode.OK, (await _admin.Call("GET", $"/orders?{query}")).Status);

        Assert.Equal([$"{grain}(0).List"], _grains.Asked);
        Assert.Equal((status, true), (_asked!.Status, _asked.Statuses.IsDefaultOrEmpty));
    }

    [Theory]
    [InlineData("status=reserved,pending,reserved")]
    [InlineData("status=reserved&status=pending")]
    public async Task Several_statuses_are_asked_for_once_each(string query)
    {
        await _admin.Call("GET", $"/orders?{query}");

        Assert.Equal(["IOrderSearchGrain(0).List"], _grains.Asked);
        Assert.Equal([OrderStatus.Reserved, OrderStatus.Pending], _asked!.Statuses.ToArray());
        Assert.Null(_asked.Status);
    }

    [Theory]
    [InlineData("2026-11-25T03:08:41Z", "2026-11-25T03:08:41.0000000Z")]
    [InlineData("2026-11-25t03:08:41.5z", "2026-11-25T03:08:41.5000000Z")]
    [InlineData("2026-11-25T03:08:41.1234560Z", "2026-11-25T03:08:41.1234560Z")]
    [InlineData("2026-11-25T03:08:41%2B02:00", "2026-11-25T01:08:41.0000000Z")]
    [InlineData("2026-11-25T03:08:41-00:00", "2026-11-25T03:08:41.0000000Z")]
    [InlineData("2026-02-28T23:59:59.999999-14:00", "2026-03-01T13:59:59.9999990Z")]
    public async Task A_time_with_any_offset_is_asked_for_in_UTC(string text, string utc)
    {
        await _admin.Call("GET", $"/orders?createdFrom={text}");

        Assert.Equal(utc, $"{_asked!.CreatedFrom!.Value.UtcDateTime:O}");
        Assert.Equal(TimeSpan.Zero, _asked.CreatedFrom.Value.Offset);
    }

    [Theory]
    [InlineData("createdFrom=2026-11-25T03:08:41", "createdFrom")]
    [InlineData("createdFrom=2026-11-25", "createdFrom")]
    [InlineData("productId=sku-1&productId=sku-2", "productId")]
    [InlineData("userId=alice&userId=alice", "userId")]
    [InlineData("createdFrom=2026-11-25T03:08Z", "createdFrom")]
    [InlineData("createdFrom=2026-11-25 03:08:41Z", "createdFrom")]
    [InlineData("createdFrom=2026-11-25T03:08:41+02:00", "createdFrom")]   // a plus is a space here
    [InlineData("createdFrom=2026-11-25T03:08:41.1234567Z", "createdFrom")]
    [InlineData("createdFrom=2026-02-29T03:08:41Z", "createdFrom")]
    [InlineData("createdFrom=2026-11-25T24:08:41Z", "createdFrom")]
    [InlineData("createdFrom=2026-11-25T03:08:41%2B25:00", "createdFrom")]
    [InlineData("createdFrom=0001-01-01T00:00:00%2B14:00", "createdFrom")]
    [InlineData("createdTo=1764040121", "createdTo")]
    [InlineData("createdTo=", "createdTo")]
    [InlineData("createdFrom=2026-11-25T00:00:00Z&createdTo=2026-11-25T00:00:00Z", "createdTo")]
    [InlineData("createdFrom=2026-11-25T00:00:00Z&createdTo=2026-11-25T01:59:59%2B02:00", "createdTo")]
    [InlineData("createdFrom=x&createdTo=y&productId=a/b&status=z&userId=&page=0", "createdFrom createdTo page productId status userId")]
    [InlineData("productId=", "productId")]
    [InlineData("productId=a%2Fb", "productId")]
    [InlineData("productId=%20a", "productId")]
    [InlineData("productId=12345678901234567890123456789012345678901234567890123456789012345", "productId")]
    [InlineData("status=reserved,", "status")]
    [InlineData("status=,", "status")]
    [InlineData("status=reserved, pending", "status")]
    [InlineData("status=Reserved", "status")]
    public async Task An_invalid_filter_is_named_and_no_grain_is_called(string query, string paths)
    {
        var (status, problem) = await _admin.Call("GET", $"/orders?{query}");

        Assert.Equal((query, HttpStatusCode.BadRequest, paths), (query, status, Problem.Paths(problem)));
        Assert.Empty(_grains.Asked);
    }

    [Fact]
    public async Task An_unknown_status_among_others_is_named()
    {
        var errors = (await _admin.Call("GET", "/orders?status=reserved,lost,gone")).Body["errors"]!["status"]!.AsArray().Select(error => (string)error!).ToArray();

        Assert.Equal(2, errors.Length);
        Assert.EndsWith("\"lost\" is not one", errors[0], StringComparison.Ordinal);
        Assert.EndsWith("\"gone\" is not one", errors[1], StringComparison.Ordinal);
        Assert.StartsWith("must be one of pending, reserved, ", errors[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_total_that_is_not_counted_is_left_out()
    {
        _grains.Answer<IOrderSearchGrain>((_, arguments) => Answer(arguments, Page.NotCounted));

        Assert.False((await _admin.Call("GET", "/orders?productId=sku-1")).Body.ContainsKey("total"));
        Assert.Equal(3, (int)(await _admin.Call("GET", "/orders")).Body["total"]!);
    }

    [Fact]
    public async Task An_ambiguous_product_id_is_resolved_and_an_unambiguous_one_needs_no_call()
    {
        _grains.Answer<IStockQueryGrain>((_, arguments) => Task.FromResult(new[] { new ProductName(((string[])arguments[0]!)[0], "caf\u00e9", Exists: false) }));

        await _admin.Call("GET", "/orders?productId=sku-1");
        Assert.Equal("sku-1", _asked!.ProductId);
        await _admin.Call("GET", $"/orders?productId={Uri.EscapeDataString("cafe\u0301")}");
        Assert.Equal("caf\u00e9", _asked.ProductId);

        Assert.Equal(["IOrderSearchGrain(0).List", "IStockQueryGrain(0).Resolve", "IOrderSearchGrain(0).List"], _grains.Asked);
    }

    public void Dispose()
    {
        _admin.Dispose();
        _api.Dispose();
    }

    private Task<OrderList> Answer(object?[] arguments, long total)
    {
        _asked = (OrderQuery)arguments[0]!;
        return Task.FromResult(new OrderList(Outcome.Ok, new Page<Order>([], total, _asked.Page, _asked.Limit)));
    }
}
