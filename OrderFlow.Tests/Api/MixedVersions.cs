using System.Net;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Orders;
using OrderFlow.Tests.Cluster;
using OrderFlow.Tests.Fixtures;
using Orleans.Metadata;

namespace OrderFlow.Tests.Api;

/// <summary>While a silo of version 1.0.0 is active, what that version does not know is a 503, and reaches no order.</summary>
[Collection(ClusterCollection.Name)]
public sealed class MixedVersions : IAsyncLifetime, IDisposable
{
    private readonly OrderFlowCluster _cluster;
    private readonly Manifests _manifests = new();
    private readonly GivenGrains _grains = GivenGrains.Make()
        .Answer<IOrderIdsGrain>((_, _) => Task.FromResult(new OrderIdBlock(42, 100)))
        .Answer<IOrderGrain>((method, _) => Task.FromResult(OrderResult.Ok(Stored(method == nameof(IOrderGrain.Place) ? OrderStatus.Pending : OrderStatus.Cancelled))))
        .Answer<IOrderFulfilmentGrain>((_, arguments) => Task.FromResult(OrderResult.Ok(Stored(((ChangeStatus)arguments[0]!).Target))));

    private readonly ApiProgram _api;

    public MixedVersions(SharedCluster shared)
    {
        _cluster = shared.Cluster;
        _api = new(_grains.Factory, services => services.AddSingleton(provider => new FulfilmentSupport(_manifests, Interfaces(provider))));
    }

    public static TheoryData<string, string, string> NewRequests => new()
    {
        { "PATCH", "/orders/42/status", """{"status":"confirmed"}""" },
        { "PATCH", "/orders/42/status", """{"status":"fulfilled"}""" },
        { "PATCH", "/orders/42/status", """{"status":"fulfilled","tracking":{"carrier":"DHL","number":"1"}}""" },
        { "PATCH", "/orders/42/status", """{"status":"cancelled","cancelReason":"a mistake"}""" },
        { "POST", "/orders", """{"userId":"root","items":[{"productId":"a","quantity":1}],"reserveFor":"PT5M"}""" },
    };

    public async Task InitializeAsync() => _manifests.Current = await Eventually.Get(
        "both silos to be known",
        () => Task.FromResult(_cluster.SiloServices.GetRequiredService<IClusterManifestProvider>().Current),
        manifest => manifest.Silos.Count == 2);

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public void Fulfilment_is_supported_while_every_silo_knows_it()
    {
        var support = new FulfilmentSupport(_manifests, Interfaces(_cluster.SiloServices));
        var ofThisVersion = _manifests.Current;
        Assert.True(support.IsComplete());

        UpdateFrom1Point0();
        Assert.False(support.IsComplete());
        Assert.False(support.IsComplete());   // of a manifest that it knows already

        _manifests.Current = ofThisVersion;
        Assert.True(support.IsComplete());
    }

    [Theory, MemberData(nameof(NewRequests))]
    public async Task What_1_0_0_does_not_know_is_refused_until_all_silos_are_updated(string method, string address, string body)
    {
        var ofThisVersion = _manifests.Current;
        UpdateFrom1Point0();
        using var admin = _api.As(Tokens.Admin);
        using var answer = await Send(admin, method, address, body);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, ClusterClient.RetryAfter), (answer.StatusCode, answer.Headers.RetryAfter?.Delta));
        Assert.Equal(ClusterUnavailableException.NotCarriedOut, (string?)(await Problem.In(answer))["detail"]);
        Assert.Empty(_grains.Asked);
        Assert.Empty(_api.Errors);

        _manifests.Current = ofThisVersion;
        using var later = await Send(admin, method, address, body);
        Assert.True(later.IsSuccessStatusCode, $"{later.StatusCode}");
    }

    [Theory]
    [InlineData("PATCH", "/orders/42/status", """{"status":"cancelled"}""", "IOrderGrain(42).ChangeStatus")]
    [InlineData("PATCH", "/orders/42/status", """{"status":"cancelled","cancelReason":null,"tracking":null}""", "IOrderGrain(42).ChangeStatus")]
    [InlineData("PATCH", "/orders/42/status", """{"status":"pending"}""", "IOrderGrain(42).ChangeStatus")]
    [InlineData("POST", "/orders", """{"userId":"root","items":[{"productId":"a","quantity":1}]}""", "IOrderGrain(42).Place")]
    [InlineData("POST", "/orders", """{"userId":"root","items":[{"productId":"a","quantity":1}],"reserveFor":null}""", "IOrderGrain(42).Place")]
    public async Task What_1_0_0_knows_goes_on(string method, string address, string body, string call)
    {
        UpdateFrom1Point0();
        using var admin = _api.As(Tokens.Admin);
        using var answer = await Send(admin, method, address, body);

        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}");
        Assert.Equal([call], _grains.Asked.Where(asked => asked != "IOrderIdsGrain(0).Take"));
    }

    /// <summary>A silo can know of another of 1.0.0 before the API does.</summary>
    [Theory]
    [InlineData(0, ClusterUnavailableException.NotCarriedOut)]
    [InlineData(1, ClusterUnavailableException.OutcomeUnknown)]
    public async Task A_silo_that_refuses_is_a_503_too(int lost, string detail)
    {
        _grains.Answer<IOrderFulfilmentGrain>((_, _) => lost-- > 0
            ? Task.FromException<OrderResult>(new TimeoutException())
            : Task.FromResult(new OrderResult(Outcome.Unsupported)));
        using var admin = _api.As(Tokens.Admin);
        using var answer = await Send(admin, "PATCH", "/orders/42/status", """{"status":"confirmed"}""");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, ClusterClient.RetryAfter), (answer.StatusCode, answer.Headers.RetryAfter?.Delta));
        Assert.Equal(detail, (string?)(await Problem.In(answer))["detail"]);
    }

    public void Dispose() => _api.Dispose();

    /// <summary>Makes one of the two silos one of 1.0.0.</summary>
    private void UpdateFrom1Point0()
    {
        var manifest = _manifests.Current;
        var (address, silo) = manifest.Silos.First();
        var old = new GrainManifest(silo.Grains, silo.Interfaces.Remove(Interfaces(_cluster.SiloServices).GetGrainInterfaceType(typeof(IOrderFulfilmentGrain))));
        _manifests.Current = new(new(manifest.Version.Major, manifest.Version.Minor + 1), manifest.Silos.SetItem(address, old));
    }

    private static GrainInterfaceTypeResolver Interfaces(IServiceProvider services) => services.GetRequiredService<GrainInterfaceTypeResolver>();

    private static Order Stored(OrderStatus status)
    {
        var at = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        return new(42, "root", [new("a", 1)], status, 0, at, at, FailReason: null, Version: 2);
    }

    private static async Task<HttpResponseMessage> Send(HttpClient client, string method, string address, string body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        return await client.SendAsync(request);
    }

    private sealed class Manifests : IClusterManifestProvider
    {
        public ClusterManifest Current { get; set; } = null!;

        public IAsyncEnumerable<ClusterManifest> Updates => throw new NotSupportedException();

        public GrainManifest LocalGrainManifest => throw new NotSupportedException();
    }
}
