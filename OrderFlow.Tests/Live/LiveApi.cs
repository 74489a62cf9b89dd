using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Orders;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Live;

/// <summary>The API with a feed, an order and a clock that the test controls.</summary>
internal sealed class LiveApi : IDisposable
{
    /// <summary>The default of <c>Live__HeartbeatInterval</c>.</summary>
    public static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(15);

    public LiveApi(params (string Key, string Value)[] settings)
    {
        Program = new(GivenGrains.Make().Answer<IOrderGrain>(Order.Answer).Factory, services =>
        {
            services.AddSingleton<ILiveFeed>(Feed);
            services.AddSingleton<TimeProvider>(Clock);
        }, settings);
        Alice = Program.As(Tokens.Alice);
        Admin = Program.As(Tokens.Admin);
    }

    public FakeLiveFeed Feed { get; } = new();

    public FakeOrder Order { get; } = new();

    public FakeTimeProvider Clock { get; } = new(TimeProvider.System.GetUtcNow());

    public ApiProgram Program { get; }

    public HttpClient Alice { get; }

    public HttpClient Admin { get; }

    /// <summary>The number of followers.</summary>
    public int Readers => Program.Services.GetRequiredService<LiveOrders>().FollowerCount;

    /// <summary>Connects to the order's stream, and subscribes the feed.</summary>
    public async Task<EventStreamClient> Follow(HttpClient client, string address = "/orders/1/events")
    {
        var stream = await EventStreamClient.Connect(client, address);
        await Eventually.Get("the feed to be asked", () => Task.FromResult(Feed.Asked), asked => asked > 0);
        return stream;
    }

    /// <summary>Advances the clock step by step until a condition holds.</summary>
    public Task TurnUntil(string awaited, Func<bool> happened) => Eventually.Get(
        awaited,
        () =>
        {
            if (!happened()) Clock.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(happened());
        },
        isSo => isSo);

    public void Dispose()
    {
        Alice.Dispose();
        Admin.Dispose();
        Program.Dispose();
    }
}
