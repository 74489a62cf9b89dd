using System.Net.Http.Headers;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Live;

/// <summary>A stream lasts no longer than the key of its token.</summary>
public sealed class WithdrawnKeys
{
    [Fact]
    public async Task End_the_streams_of_their_tokens_and_no_others()
    {
        await using var provider = await LoopbackProvider.Start();
        var (tokenBefore, withdrawn) = (provider.Token("root", claims => claims["role"] = "admin"), provider.Rotate());
        using var api = new LiveApi(provider.Settings);
        var keys = api.Program.Services.GetRequiredService<SigningKeys>();
        await Eventually.Get("the first keys", () => Task.FromResult(keys.Current), known => known is not null);   // a request that came before would wait for time to pass
        using var before = Client(api, tokenBefore);
        using var after = Client(api, provider.Token("root", claims => claims["role"] = "admin"));
        using var ended = await api.Follow(before, "/orders/events");
        using var lasting = await api.Follow(after, "/orders/events");

        provider.Withdraw(withdrawn);
        var fetches = provider.Fetches;
        await api.TurnUntil("the keys to be fetched again", () => provider.Fetches > fetches);
        await Assert.ThrowsAsync<EndOfStreamException>(() => ended.Next());
        api.Feed.Bring((1, 1));
        Assert.Equal("order 1-1 pending", Assert.Single(await lasting.Next(1)));
    }

    private static HttpClient Client(LiveApi api, string token)
    {
        var client = api.Program.As(null);
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
