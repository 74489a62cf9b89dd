using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Inventory;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using Orleans.Metadata;

namespace OrderFlow.Tests.Api;

/// <summary>While a silo of version 1.0.0 is active, what that version does not know is a 503, and reaches no order.</summary>
public sealed class MixedVersions : IDisposable
{
    private const string NewOrder = """{"userId":"root","items":[{"productId":"a","quantity":1}],"reserveFor":"PT5M"}""";

    private const string NewOrderWithContact = """{"userId":"root","items":[{"productId":"a","quantity":1}],"contact":{"locale":"de"}}""";

    private readonly GivenGrains _grains = GivenGrains.Make()
        .Answer<IOrderIdsGrain>((_, _) => Task.FromResult(new OrderIdBlock(42, 100)))
        .Answer<IOrderGrain>((method, _) => Task.FromResult(OrderResult.Ok(Stored(method == nameof(IOrderGrain.Place) ? OrderStatus.Pending : OrderStatus.Cancelled))))
        .Answer<IOrderFulfilmentGrain>((method, arguments) =>
            Task.FromResult(OrderResult.Ok(Stored(method == nameof(IOrderFulfilmentGrain.Place) ? OrderStatus.Pending : ((ChangeStatus)arguments[0]!).Target))))
        .Answer<IContactGrain>((_, _) => Task.FromResult(new ContactRemoval(0)))
        .Answer<IIdempotencyGrain>((_, _) => Placed())
        .Answer<IExpiringIdempotencyGrain>((_, _) => Placed());

    private readonly ApiProgram _api;
    private readonly SiloManifests _manifests;

    public MixedVersions()
    {
        _api = new(_grains.Factory);
        _manifests = _api.Services.GetRequiredService<SiloManifests>();
    }

    public static TheoryData<string, string, string, string> NewRequests => new()
    {
        { "PATCH", "/orders/42/status", """{"status":"confirmed"}""", "" },
        { "PATCH", "/orders/42/status", """{"status":"fulfilled"}""", "" },
        { "PATCH", "/orders/42/status", """{"status":"fulfilled","tracking":{"carrier":"DHL","number":"1"}}""", "" },
        { "PATCH", "/orders/42/status", """{"status":"cancelled","cancelReason":"a mistake"}""", "" },
        { "POST", "/orders", NewOrder, "" },
        { "POST", "/orders", NewOrder, "the-key" },
        { "POST", "/orders", NewOrderWithContact, "" },
        { "POST", "/orders", NewOrderWithContact, "the-key" },
        { "DELETE", "/customers/alice/contact", "", "" },
    };

    [Fact]
    public void Fulfilment_is_supported_while_every_silo_knows_it()
    {
        var upgrade = new RollingUpgrade(_manifests, Interfaces);

        Assert.False(Answer());
        Assert.True(Answer(true, true));
        Assert.False(Answer(true, false));
        Assert.False(Answer(true, false));
        Assert.True(Answer(true));

        bool Answer(params bool[] silos)
        {
            _manifests.Read(silos);
            return upgrade.IsComplete();
        }
    }

    [Fact]
    public void A_silo_assumes_nothing_of_others_until_it_has_read_what_each_can_do()
    {
        var active = new List<SiloAddress> { SiloManifests.Address(0), SiloManifests.Address(1) };
        var upgrade = new RollingUpgrade(_manifests, Interfaces, () => active);

        _manifests.Read(true);
        Assert.False(upgrade.IsComplete());
        _manifests.Read(true, true);
        Assert.True(upgrade.IsComplete());

        active.Add(SiloManifests.Address(2));   // joins, and is not read at once
        Assert.True(upgrade.IsComplete());
        _manifests.Read(true, true, false);
        Assert.False(upgrade.IsComplete());
    }

    [Theory, MemberData(nameof(NewRequests))]
    public async Task What_1_0_0_does_not_know_is_refused_until_all_silos_are_updated(string method, string address, string body, string key)
    {
        _manifests.Read(true, false);
        using var admin = _api.As(Tokens.Admin);
        using var answer = await Send(admin, method, address, body, key);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, ClusterClient.RetryAfter), (answer.StatusCode, answer.Headers.RetryAfter?.Delta));
        Assert.Equal(ClusterUnavailableException.NotCarriedOut, (string?)(await Problem.In(answer))["detail"]);
        Assert.Empty(_grains.Asked);
        Assert.Empty(_api.Errors);

        _manifests.Read(true, true);
        using var later = await Send(admin, method, address, body, key);
        Assert.True(later.IsSuccessStatusCode, $"{later.StatusCode}");
    }

    /// <summary>A silo of 1.0.0 that is called for the others would carry them out without what it does not know.</summary>
    [Theory]
    [InlineData(false, "PATCH", "/orders/42/status", """{"status":"cancelled"}""", "", "IOrderGrain(42).ChangeStatus")]
    [InlineData(false, "PATCH", "/orders/42/status", """{"status":"cancelled","cancelReason":null,"tracking":null}""", "", "IOrderGrain(42).ChangeStatus")]
    [InlineData(false, "PATCH", "/orders/42/status", """{"status":"pending"}""", "", "IOrderGrain(42).ChangeStatus")]
    [InlineData(false, "POST", "/orders", """{"userId":"root","items":[{"productId":"a","quantity":1}],"reserveFor":null}""", "", "IOrderGrain(42).Place")]
    [InlineData(false, "POST", "/orders", """{"userId":"root","items":[{"productId":"a","quantity":1}]}""", "the-key", "IIdempotencyGrain(42).Place")]
    [InlineData(true, "PATCH", "/orders/42/status", """{"status":"cancelled"}""", "", "IOrderFulfilmentGrain(42).ChangeStatus")]
    [InlineData(true, "PATCH", "/orders/42/status", """{"status":"pending"}""", "", "IOrderFulfilmentGrain(42).ChangeStatus")]
    [InlineData(true, "POST", "/orders", """{"userId":"root","items":[{"productId":"a","quantity":1}]}""", "", "IOrderGrain(42).Place")]
    [InlineData(true, "POST", "/orders", NewOrder, "", "IOrderFulfilmentGrain(42).Place")]
    [InlineData(true, "POST", "/orders", NewOrder, "the-key", "IExpiringIdempotencyGrain(42).Place")]
    [InlineData(true, "POST", "/orders", NewOrderWithContact, "", "IOrderFulfilmentGrain(42).Place")]
    [InlineData(true, "POST", "/orders", NewOrderWithContact, "the-key", "IExpiringIdempotencyGrain(42).Place")]
    public async Task A_request_is_sent_to_a_silo_that_knows_all_of_it(bool areAllUpdated, string method, string address, string body, string key, string call)
    {
        _manifests.Read(true, areAllUpdated);
        using var admin = _api.As(Tokens.Admin);
        using var answer = await Send(admin, method, address, body, key);

        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        Assert.Equal([call], _grains.Asked.Where(asked => asked != "IOrderIdsGrain(0).Take"));
    }

    /// <summary>A silo can know of another of 1.0.0 before the API does.</summary>
    [Theory]
    [InlineData("PATCH", "/orders/42/status", """{"status":"confirmed"}""", 0, ClusterUnavailableException.NotCarriedOut)]
    [InlineData("PATCH", "/orders/42/status", """{"status":"confirmed"}""", 1, ClusterUnavailableException.OutcomeUnknown)]
    [InlineData("POST", "/orders", NewOrder, 0, ClusterUnavailableException.NotCarriedOut)]
    [InlineData("POST", "/orders", NewOrder, 1, ClusterUnavailableException.OutcomeUnknown)]
    public async Task A_silo_that_refuses_is_a_503_too(string method, string address, string body, int lost, string detail)
    {
        _grains.Answer<IOrderFulfilmentGrain>((_, _) => lost-- > 0
            ? Task.FromException<OrderResult>(new TimeoutException())
            : Task.FromResult(new OrderResult(Outcome.Unsupported)));
        using var admin = _api.As(Tokens.Admin);
        using var answer = await Send(admin, method, address, body);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, ClusterClient.RetryAfter), (answer.StatusCode, answer.Headers.RetryAfter?.Delta));
        Assert.Equal(detail, (string?)(await Problem.In(answer))["detail"]);
    }

    /// <summary>For up to a minute an API may not know of a silo of 1.0.0, as right after its start. That silo does nothing, and answers so.</summary>
    [Theory]
    [InlineData("PATCH", "/orders/42/status", """{"status":"confirmed"}""", HttpStatusCode.ServiceUnavailable)]
    [InlineData("PATCH", "/orders/42/status", """{"status":"cancelled"}""", HttpStatusCode.OK)]
    [InlineData("PATCH", "/orders/42/status", """{"status":"pending"}""", HttpStatusCode.OK)]
    [InlineData("POST", "/orders", NewOrder, HttpStatusCode.ServiceUnavailable)]
    [InlineData("POST", "/orders", NewOrderWithContact, HttpStatusCode.ServiceUnavailable)]
    public async Task A_silo_of_1_0_0_that_was_taken_for_a_new_one_is_asked_for_what_it_knows(string method, string address, string body, HttpStatusCode expected)
    {
        _grains.Answer<IOrderFulfilmentGrain>((_, _) => Task.FromException<OrderResult>(new TypeLoadException("Unable to parse or load type \"order-fulfilment\".")));
        using var admin = _api.As(Tokens.Admin);
        using var answer = await Send(admin, method, address, body);

        Assert.Equal(expected, answer.StatusCode);
        Assert.Empty(_api.Errors);
        if (expected == HttpStatusCode.ServiceUnavailable)
            Assert.Equal(ClusterUnavailableException.NotCarriedOut, (string?)(await Problem.In(answer))["detail"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_tokens_address_is_sent_whether_all_silos_are_updated_or_not(bool areAllUpdated)
    {
        PlaceOrder? command = null;
        _grains.Answer<IOrderGrain>((_, arguments) =>
        {
            command = (PlaceOrder)arguments[0]!;
            return Task.FromResult(OrderResult.Ok(Stored(OrderStatus.Pending)));
        });
        _manifests.Read(true, areAllUpdated);
        using var anna = _api.As(Tokens.For("anna", claims => (claims["email"], claims["email_verified"]) = ("anna@mail.example", true)));
        using var answer = await Send(anna, "POST", "/orders", """{"userId":"anna","items":[{"productId":"a","quantity":1}]}""");

        Assert.Equal((HttpStatusCode.Created, null, "anna@mail.example"), (answer.StatusCode, command!.Contact, command.DefaultContact?.Email));
    }

    /// <summary>A silo of 1.0.0 cannot load the types of the newer interface; where no silo has it, there is no such grain.</summary>
    [Theory]
    [InlineData("PUT", "/inventory/a", """{"availableQuantity":1,"unitPrice":1}""", "", "Set")]
    [InlineData("PUT", "/inventory/a", """{"availableQuantity":1,"unitPrice":1}""", "If-Match", null)]
    [InlineData("PUT", "/inventory/a", """{"availableQuantity":1,"unitPrice":1}""", "If-None-Match", null)]
    [InlineData("PUT", "/inventory/a", """{"availableQuantity":1,"unitPrice":1,"lowStockThreshold":1}""", "", null)]
    [InlineData("PUT", "/inventory/a/settings", """{"unitPrice":1}""", "", null)]
    [InlineData("POST", "/inventory/a/restock", """{"quantity":1}""", "", "Restock")]
    [InlineData("POST", "/inventory/a/restock", """{"quantity":1}""", "Idempotency-Key", null)]
    [InlineData("POST", "/inventory/a/adjust", """{"delta":1,"reason":"found"}""", "", null)]
    [InlineData("POST", "/inventory/import", """{"items":[{"productId":"a","availableQuantity":1,"unitPrice":1}]}""", "", null)]
    [InlineData("DELETE", "/inventory/a", "", "", null)]
    public async Task Stock_on_a_silo_of_1_0_0_takes_the_commands_that_it_knows_and_no_others(string method, string address, string body, string header, string? call)
    {
        foreach (var isAnySiloNew in new[] { true, false })
        {
            if (isAnySiloNew) _grains.Answer<IStockAdminGrain>((_, _) => Task.FromException<StockResult>(new TypeLoadException("Unable to parse or load type \"stock-admin\".")));
            else _grains.Without<IStockAdminGrain>();
            _grains.Answer<IStockItemGrain>((_, _) => Task.FromResult(new StockResult(Outcome.Ok, new("a", 1, 0, 1, DateTimeOffset.UnixEpoch))));
            using var admin = _api.As(Tokens.Admin);
            using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
            if (body.Length > 0) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
            if (header.Length > 0) request.Headers.Add(header, "*");

            using var answer = await admin.SendAsync(request);

            Assert.Equal(call is null ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.OK, answer.StatusCode);
            Assert.Null(answer.Headers.ETag);
        }

        Assert.Equal(call is null ? [] : [$"IStockItemGrain(a).{call}", $"IStockItemGrain(a).{call}"], _grains.Asked.Where(asked => asked.StartsWith("IStockItemGrain", StringComparison.Ordinal)));
        Assert.Empty(_api.Errors);
    }

    [Fact]
    public async Task A_command_that_a_new_silo_may_have_carried_out_is_not_sent_to_one_of_1_0_0()
    {
        var calls = 0;
        _grains.Answer<IStockAdminGrain>((_, _) => Task.FromException<StockResult>(calls++ == 0 ? new TimeoutException() : new TypeLoadException()));
        using var admin = _api.As(Tokens.Admin);
        using var answer = await Send(admin, "POST", "/inventory/a/restock", """{"quantity":1}""");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, 2), (answer.StatusCode, calls));
        Assert.Equal(ClusterUnavailableException.OutcomeUnknown, (string?)(await Problem.In(answer))["detail"]);
    }

    /// <summary>It does not tell the version.</summary>
    [Fact]
    public async Task An_item_of_a_silo_of_1_0_0_is_read_in_full()
    {
        _grains.Answer<IStockItemGrain>((_, _) => Task.FromResult<StockItem?>(new("a", 1, 0, 1, DateTimeOffset.UnixEpoch)));
        using var alice = _api.As(Tokens.Alice);
        foreach (var known in new[] { "*", "\"0\"", "\"1\"" })
        {
            var answer = await alice.Ask("GET", "/inventory/a", body: null, ("If-None-Match", known));
            Assert.Equal((known, HttpStatusCode.OK, null), (known, answer.Status, answer.Tag));
        }
    }

    [Fact]
    public async Task A_restock_whose_answer_a_silo_of_1_0_0_has_lost_is_not_repeated()
    {
        _grains.Answer<IStockAdminGrain>((_, _) => Task.FromException<StockResult>(new TypeLoadException()))
            .Answer<IStockItemGrain>((_, _) => Task.FromException<StockResult>(new TimeoutException()));
        using var admin = _api.As(Tokens.Admin);
        var answer = await admin.Ask("POST", "/inventory/a/restock", """{"quantity":1}""");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, ClusterUnavailableException.OutcomeUnknown), (answer.Status, (string?)answer.Body["detail"]));
        Assert.Equal(["IStockAdminGrain(a).Restock", "IStockItemGrain(a).Restock"], _grains.Asked);
    }

    public void Dispose() => _api.Dispose();

    private GrainInterfaceTypeResolver Interfaces => _api.Services.GetRequiredService<GrainInterfaceTypeResolver>();

    private static Task<PlacedOnce> Placed() => Task.FromResult(new PlacedOnce(KeyUse.First, OrderResult.Ok(Stored(OrderStatus.Pending))));

    private static Order Stored(OrderStatus status)
    {
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        return new(42, "root", [new("a", 1)], status, 0, at, at, FailReason: null, Version: 2);
    }

    private static async Task<HttpResponseMessage> Send(HttpClient client, string method, string address, string body, string key = "")
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        if (body.Length > 0) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (key.Length > 0) request.Headers.Add("Idempotency-Key", key);
        return await client.SendAsync(request);
    }
}
