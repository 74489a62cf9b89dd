using System.Net;
using System.Text;
using System.Text.Json;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.OpenApi;

namespace OrderFlow.Tests.Api;

/// <summary>The member <c>reserveFor</c> of an order: which durations are accepted, and what reaches the order.</summary>
public sealed class ReservationTimes : IDisposable
{
    private readonly List<PlaceOrder> _placed = [];
    private readonly GivenGrains _grains = GivenGrains.Make().Answer<IOrderIdsGrain>((_, _) => Task.FromResult(new OrderIdBlock(42, 100)));
    private readonly ApiProgram _api;

    public ReservationTimes()
    {
        _grains.Answer<IOrderGrain>(Place).Answer<IOrderFulfilmentGrain>(Place);
        _api = new(_grains.Factory);
    }

    [Theory]
    [InlineData("PT1M", 60)]
    [InlineData("PT60S", 60)]
    [InlineData("PT90S", 90)]
    [InlineData("PT0005M", 300)]
    [InlineData("PT15M", 900)]
    [InlineData("PT2H30S", 7_230)]
    [InlineData("P1D", 86_400)]
    [InlineData("P1DT2H3M4S", 93_784)]
    [InlineData("PT720H", 2_592_000)]
    [InlineData("P30D", 2_592_000)]
    public async Task A_valid_duration_reaches_the_order(string reserveFor, int seconds)
    {
        Assert.Equal(HttpStatusCode.Created, (await Place(JsonSerializer.Serialize(reserveFor))).Status);

        Assert.Equal(TimeSpan.FromSeconds(seconds), Assert.Single(_placed).ReserveFor);
        Assert.Equal("", Documented(reserveFor));
    }

    [Fact]
    public async Task Null_leaves_it_to_the_silos()
    {
        Assert.Equal(HttpStatusCode.Created, (await Place("null")).Status);

        Assert.Null(Assert.Single(_placed).ReserveFor);
    }

    /// <summary>The document's pattern rejects the same, but for the bounds.</summary>
    [Theory]
    [InlineData("", false)]
    [InlineData("P", false)]
    [InlineData("PT", false)]
    [InlineData("P1DT", false)]
    [InlineData("P1Y", false)]
    [InlineData("P1M", false)]
    [InlineData("P1MT1M", false)]
    [InlineData("P1W", false)]
    [InlineData("PT1.5S", false)]
    [InlineData("PT90.5S", false)]
    [InlineData("PT1.5M", false)]
    [InlineData("PT90,5S", false)]
    [InlineData("-PT5M", false)]
    [InlineData("+PT5M", false)]
    [InlineData(" PT5M", false)]
    [InlineData("PT5M ", false)]
    [InlineData("\nPT5M", false)]
    [InlineData("pt5m", false)]
    [InlineData("PT5", false)]
    [InlineData("PT5D", false)]
    [InlineData("P5H", false)]
    [InlineData("PT5S5M", false)]
    [InlineData("PT5MT5M", false)]
    [InlineData("PT٥M", false)]
    [InlineData("15", false)]
    [InlineData("00:15:00", false)]
    [InlineData("PT0000000000000000000000000000005M", false)]
    [InlineData("PT0S", true)]
    [InlineData("PT30S", true)]
    [InlineData("PT59S", true)]
    [InlineData("P30DT1S", true)]
    [InlineData("P31D", true)]
    [InlineData("PT99999999999999999999H", true)]
    public async Task An_invalid_duration_is_rejected(string reserveFor, bool isWellFormed)
    {
        var (status, paths, error) = await Place(JsonSerializer.Serialize(reserveFor));

        Assert.Equal(
            (HttpStatusCode.BadRequest, "reserveFor", "must be an ISO 8601 duration from PT1M to P30D, of days, hours, minutes and whole seconds, such as PT15M"),
            (status, paths, error));
        Assert.Empty(_grains.Asked);
        Assert.Equal(isWellFormed, Documented(reserveFor).Length == 0);
    }

    [Theory]
    [InlineData("900")]
    [InlineData("true")]
    [InlineData("{}")]
    [InlineData("[\"PT15M\"]")]
    public async Task A_duration_is_a_text(string json)
    {
        var (status, paths, _) = await Place(json);

        Assert.Equal((HttpStatusCode.BadRequest, "reserveFor"), (status, paths));
        Assert.Empty(_grains.Asked);
    }

    public void Dispose() => _api.Dispose();

    private async Task<(HttpStatusCode Status, string? Paths, string? Error)> Place(string reserveFor)
    {
        using var client = _api.As(Tokens.Alice);
        using var content = new StringContent(
            $$"""{"userId":"alice","items":[{"productId":"a","quantity":1}],"reserveFor":{{reserveFor}}}""", Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri("/orders", UriKind.Relative), content);
        if (answer.IsSuccessStatusCode) return (answer.StatusCode, null, null);

        var problem = await Problem.In(answer);
        return (answer.StatusCode, Problem.Paths(problem), (string?)problem["errors"]?["reserveFor"]?[0]);
    }

    private Task<OrderResult> Place(string method, object?[] arguments)
    {
        var command = (PlaceOrder)arguments[0]!;
        _placed.Add(command);
        return Task.FromResult(OrderResult.Ok(new(
            42, command.UserId, command.Items, OrderStatus.Pending, 0, DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch, FailReason: null, Version: 1)));
    }

    private static string Documented(string reserveFor) =>
        OpenApiFile.Committed.Objections(OpenApiFile.Committed.Schemas["PlaceOrder"]!["properties"]!["reserveFor"]!, reserveFor);
}
