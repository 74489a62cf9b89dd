using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Live;

/// <summary>Streams are limited in number, buffered changes and duration.</summary>
public sealed class StreamLimits
{
    [Fact]
    public async Task A_slow_follower_learns_how_many_changes_it_missed_and_sees_the_latest()
    {
        const int tooMany = 500;
        using var api = new LiveApi();
        using var stream = await api.Follow(api.Admin, "/orders/events");
        api.Feed.Bring(Enumerable.Range(1, AllOrdersFollower.MaxBuffered + tooMany).Select(order => ((long)order, 1L)));

        var missed = await stream.Next();
        Assert.Equal(("missed", null, $$"""{"count":{{tooMany}}}"""), (missed.Name, missed.Id, missed.Data.ToJsonString()));
        Assert.Equal(
            Enumerable.Range(tooMany + 1, AllOrdersFollower.MaxBuffered).Select(order => $"order {order}-1 pending"),
            await stream.Next(AllOrdersFollower.MaxBuffered));
    }

    [Fact]
    public async Task Streams_are_limited_per_user_and_in_all()
    {
        using var api = new LiveApi(("Live:MaxStreamsPerUser", "2"), ("Live:MaxStreams", "3"));
        using var bob = api.Program.As(Tokens.Bob);
        using var first = await api.Follow(api.Alice);
        using var second = await api.Follow(api.Alice);
        Assert.Equal((HttpStatusCode.TooManyRequests, "This user has reached the maximum number of event streams."), await Refusal(api.Alice));

        using var third = await api.Follow(bob);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "The service has reached the maximum number of event streams."), await Refusal(bob));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, "The service has reached the maximum number of event streams."), await Refusal(api.Admin, "/orders/events"));

        first.Dispose();
        await Eventually.Get("the stream that was left to be free", () => Status(api.Admin, "/orders/events"), status => status == HttpStatusCode.OK);
        Assert.Empty(api.Program.Errors);
    }

    [Fact]
    public async Task A_rejected_request_holds_no_stream_permit()
    {
        using var api = new LiveApi(("Live:MaxStreamsPerUser", "1"));
        api.Order.Delete();
        for (var times = 0; times < 3; times++)
        {
            Assert.Equal(HttpStatusCode.NotFound, await Status(api.Alice, "/orders/1/events"));
            await Eventually.Get("the follower to have left", () => Task.FromResult(api.Readers), readers => readers == 0);   // after the response
        }
    }

    [Fact]
    public async Task The_subscription_exists_only_while_somebody_follows()
    {
        using var api = new LiveApi();
        Assert.Equal((0, 0), (api.Feed.Asked, api.Feed.Left));
        var stream = await api.Follow(api.Alice);
        await api.TurnUntil("the feed to be asked again", () => api.Feed.Asked == 2);
        Assert.Equal((1, 0), (api.Readers, api.Feed.Left));

        stream.Dispose();
        await Eventually.Get("the follower to have left", () => Task.FromResult(api.Readers), readers => readers == 0);
        await api.TurnUntil("the feed to be left", () => api.Feed.Left == 1);

        using var again = await api.Follow(api.Alice);
        await Eventually.Get("the feed to be asked for the next follower", () => Task.FromResult(api.Feed.Asked), asked => asked == 3);
    }

    [Fact]
    public async Task A_stream_ends_when_its_token_does()
    {
        using var api = new LiveApi();
        using var passing = api.Program.As(Tokens.For("alice", claims => claims["exp"] = api.Clock.GetUtcNow().AddMinutes(1).ToUnixTimeSeconds()));
        using var stream = await api.Follow(passing);
        using var other = await api.Follow(api.Alice);
        Assert.Equal("order 1 pending", (await stream.Next()).Told);
        api.Clock.Advance(TimeSpan.FromMinutes(2));   // beyond the leeway

        await Assert.ThrowsAsync<EndOfStreamException>(stream.Next);
        Assert.Equal(HttpStatusCode.Unauthorized, await Status(passing, "/orders/1/events"));
        Assert.Equal(1, api.Readers);
        Assert.Empty(api.Program.Errors);
    }

    [Fact]
    public async Task Streams_end_at_once_when_the_program_stops()
    {
        using var api = new LiveApi();
        using var ofOrder = await api.Follow(api.Alice);
        using var ofAll = await api.Follow(api.Admin, "/orders/events");
        Assert.Equal("order 1 pending", (await ofOrder.Next()).Told);
        api.Program.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        await Assert.ThrowsAsync<EndOfStreamException>(ofOrder.Next);
        await Assert.ThrowsAsync<EndOfStreamException>(ofAll.Next);
        await Eventually.Get("the feed to be left", () => Task.FromResult(api.Feed.Left), left => left == 1);
        Assert.Empty(api.Program.Errors);
    }

    [Fact]
    public async Task A_stream_outlives_the_request_timeout()
    {
        using var api = new ApiProgram(
            GivenGrains.Make().Factory, services => services.AddSingleton<ILiveFeed>(new FakeLiveFeed()), ("Requests:Timeout", "00:00:00.010"), ("Live:HeartbeatInterval", "00:00:01"));
        using var admin = api.As(Tokens.Admin);
        using var stream = await EventStreamClient.Connect(admin, "/orders/events");
        Assert.Equal(": still here", await stream.Line());   // on the real clock, by which requests are timed
    }

    private static async Task<(HttpStatusCode Status, string? Detail)> Refusal(HttpClient client, string address = "/orders/1/events")
    {
        using var answer = await EventStreamClient.Ask(client, address);
        Assert.Equal(TimeSpan.FromSeconds(2), answer.Headers.RetryAfter?.Delta);
        return (answer.StatusCode, (string?)(await Problem.In(answer))["detail"]);
    }

    private static async Task<HttpStatusCode> Status(HttpClient client, string address)
    {
        using var answer = await EventStreamClient.Ask(client, address);
        return answer.StatusCode;
    }
}
