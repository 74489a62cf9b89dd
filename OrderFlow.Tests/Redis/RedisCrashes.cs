using OrderFlow.Tests.Fixtures;
using StackExchange.Redis;

namespace OrderFlow.Tests.Redis;

/// <summary>What infra/redis/redis.conf guarantees the notification queue.</summary>
public sealed class RedisCrashes
{
    private const int Writes = 1_000;

    [Fact]
    public async Task Lose_no_acknowledged_write()
    {
        await using var server = new RedisServer();
        await using (var before = await ConnectionMultiplexer.ConnectAsync(await server.ConnectionString()))
        {
            var writes = Enumerable.Range(0, Writes).Select(n => before.GetDatabase().StreamAddAsync("jobs", "n", n));
            await Task.WhenAll(writes);
            await server.Kill();
        }

        await server.Start();

        await using var after = await ConnectionMultiplexer.ConnectAsync(await server.ConnectionString());
        var jobs = await after.GetDatabase().StreamRangeAsync("jobs");
        Assert.Equal(Enumerable.Range(0, Writes), jobs.Select(job => (int)job["n"]));
    }

    [Fact]
    public async Task A_wrong_password_is_rejected()
    {
        var options = ConfigurationOptions.Parse(await RedisServer.Shared.ConnectionString());
        options.Password = "guessed";

        await Assert.ThrowsAsync<RedisConnectionException>(() => ConnectionMultiplexer.ConnectAsync(options));
    }
}
