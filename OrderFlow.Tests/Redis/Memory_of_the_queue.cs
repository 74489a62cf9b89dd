using System.Globalization;
using OrderFlow.Tests.Fixtures;
using Xunit.Abstractions;

namespace OrderFlow.Tests.Redis;

/// <summary>What jobs cost Redis, on a server that holds nothing else.</summary>
public sealed class Memory_of_the_queue(ITestOutputHelper output)
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
        await using var given = await GivenQueue.Create(options => options.HistoryLength = 0, server);
        await given.Queue.Finish(GivenQueue.Worker, await given.Claimed(1_000_000), given.Now);
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

    private static Task Enqueue(GivenQueue given, long first, int count) =>
        Task.WhenAll(Enumerable.Range(0, count).Select(i => given.Queue.Enqueue(new(
            $"{first + i}-2", first + i, $"user-{i}", "order.reserved", $"Your order {first + i} is reserved: 3 items, 149.97 in total. We tell you when it is on its way."))));

    private static async Task SendAll(GivenQueue given)
    {
        while (await given.Queue.Claim(GivenQueue.Worker, 500, given.Now) is { Count: > 0 } claimed)
            await Task.WhenAll(claimed.Select(job => given.Queue.Finish(GivenQueue.Worker, job, given.Now)));
    }

    private static async Task<long> UsedMemory(GivenQueue given)
    {
        var info = (string)(await (await given.Database()).ExecuteAsync("INFO", "memory"))!;
        var line = info.Split("\r\n").Single(text => text.StartsWith("used_memory:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1], CultureInfo.InvariantCulture);
    }
}
