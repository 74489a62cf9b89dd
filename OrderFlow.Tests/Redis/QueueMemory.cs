using System.Globalization;
using OrderFlow.Notifications;
using OrderFlow.Telemetry;
using OrderFlow.Tests.Fixtures;
using Xunit.Abstractions;

namespace OrderFlow.Tests.Redis;

/// <summary>What jobs cost Redis, on a server that holds nothing else.</summary>
public sealed class QueueMemory(ITestOutputHelper output)
{
    private const int Jobs = 10_000;
    private const int FinishedJobs = 50_000;
    private const int BytesOfWaitingJob = 1_024;
    private const int BytesOfRememberedId = 100;

    /// <summary>What a queue costs that holds nothing: its keys, and buffers and scripts of the server.</summary>
    private const int Floor = 512 * 1_024;

    [Fact]
    public async Task Is_less_than_a_kibibyte_for_each_job_and_is_given_back_but_for_a_hundred_bytes_to_know_it_by()
    {
        await using var server = new RedisServer();
        await using var given = await TestQueue.Create(options => options.HistoryLimit = 0, server);
        await given.Queue.Complete(TestQueue.Worker, await given.Claimed(1_000_000), given.Now);
        var empty = await UsedMemory(given);

        await Enqueue(given, 1, Jobs);
        var waiting = await UsedMemory(given) - empty;
        await SendAll(given);
        var sent = await UsedMemory(given) - empty;
        await Enqueue(given, Jobs + 1, FinishedJobs - Jobs);
        await SendAll(given);
        var remembered = await UsedMemory(given) - empty;

        output.WriteLine($"{waiting / Jobs} bytes for a waiting job; {sent / (double)Jobs:0.0} and {remembered / (double)FinishedJobs:0.0} for a remembered id");
        Assert.InRange(waiting, 1, Jobs * BytesOfWaitingJob);
        Assert.InRange(sent, 1, (Jobs * BytesOfRememberedId) + Floor);
        Assert.InRange(remembered, 1, FinishedJobs * BytesOfRememberedId);
        Assert.Equal("listpack", (string?)await (await given.Database()).ExecuteAsync("OBJECT", "ENCODING", given.Keys.Known.Append("100")));
    }

    [Theory]
    [InlineData("user-1")]
    [InlineData("a8098c1a-f86e-11da-bd1a-00112444be1e@customers.shop.example|a8098c1a-f86e-11da-bd1a-00112444be1e|0123456789012345678901234567890")]
    public async Task Is_less_than_a_kibibyte_for_a_job_that_names_a_hundred_products_in_any_script(string userId)
    {
        const int LongJobs = 1_000;
        await using var server = new RedisServer();
        await using var given = await TestQueue.Create(server: server);
        var products = string.Join(", ", Enumerable.Range(1, Limits.OrderLines).Select(line => $"{new string('製', Limits.ProductIdLength - 3)}{line:000}"));
        await given.Queue.Enqueue(TestQueue.Job(1_000_000));
        var empty = await UsedMemory(given);

        await Task.WhenAll(Enumerable.Range(1, LongJobs).Select(order => given.Queue.Enqueue(new(
            $"{order}-2", order, userId, "order.failed",
            NotificationText.Message(new($"{order}-2", "order.failed", order, userId, TotalAmount: null, $"unknown product: {products}"))!,
            new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", TraceState: null)))));
        var waiting = await UsedMemory(given) - empty;

        output.WriteLine($"{waiting / LongJobs} bytes");
        Assert.InRange(waiting, 1, LongJobs * BytesOfWaitingJob);
    }

    /// <summary>Some at a time: a call must be answered within seconds, also on a slow machine.</summary>
    private static async Task Enqueue(TestQueue given, long first, int count)
    {
        foreach (var some in Enumerable.Range(0, count).Chunk(1_000))
        {
            await Task.WhenAll(some.Select(i => given.Queue.Enqueue(new(
                $"{first + i}-2", first + i, $"user-{i}", "order.reserved", $"Your order {first + i} is reserved: 3 items, 149.97 in total. We tell you when it is on its way."))));
        }
    }

    private static async Task SendAll(TestQueue given)
    {
        while (await given.Queue.Claim(TestQueue.Worker, 500, given.Now) is { Count: > 0 } claimed)
            await Task.WhenAll(claimed.Select(job => given.Queue.Complete(TestQueue.Worker, job, given.Now)));
    }

    private static async Task<long> UsedMemory(TestQueue given)
    {
        var info = (string)(await (await given.Database()).ExecuteAsync("INFO", "memory"))!;
        var line = info.Split("\r\n").Single(text => text.StartsWith("used_memory:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1], CultureInfo.InvariantCulture);
    }
}
