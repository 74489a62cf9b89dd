using System.Collections.Immutable;
using System.Globalization;
using OrderFlow.Notifications;
using OrderFlow.Orders;
using OrderFlow.Telemetry;
using OrderFlow.Tests.Fixtures;
using Xunit.Abstractions;

namespace OrderFlow.Tests.Redis;

/// <summary>The memory that jobs take in Redis, on a server that holds nothing else.</summary>
public sealed class QueueMemory(ITestOutputHelper output)
{
    private const int Jobs = 10_000;
    private const int SettledJobs = 50_000;
    private const int MaxBytesPerWaitingJob = 1_024;
    private const int MaxBytesPerLongJob = 8 * 1_024;
    private const int MaxBytesPerSettledJob = 100;

    /// <summary>The memory of an empty queue: its keys, and buffers and scripts of the server.</summary>
    private const int EmptyQueueBytes = 512 * 1_024;

    [Fact]
    public async Task Is_under_a_kibibyte_per_waiting_job_and_a_hundred_bytes_per_settled_one()
    {
        await using var server = new RedisServer();
        await using var given = await TestQueue.Create(options => options.HistoryLimit = 0, server);
        await given.Queue.Complete(TestQueue.Worker, await given.EnqueueAndClaim(1_000_000), given.Now);
        var empty = await UsedMemory(given);

        await Enqueue(given, 1, Jobs);
        var waiting = await UsedMemory(given) - empty;
        await SendAll(given);
        var sent = await UsedMemory(given) - empty;
        await Enqueue(given, Jobs + 1, SettledJobs - Jobs);
        await SendAll(given);
        var settled = await UsedMemory(given) - empty;

        output.WriteLine($"{waiting / Jobs} bytes for a waiting job; {sent / (double)Jobs:0.0} and {settled / (double)SettledJobs:0.0} for a settled one");
        Assert.InRange(waiting, 1, Jobs * MaxBytesPerWaitingJob);
        Assert.InRange(sent, 1, (Jobs * MaxBytesPerSettledJob) + EmptyQueueBytes);
        Assert.InRange(settled, 1, SettledJobs * MaxBytesPerSettledJob);
        Assert.Equal("listpack", (string?)await (await given.Database()).ExecuteAsync("OBJECT", "ENCODING", given.Keys.Known.Append("100")));
    }

    [Theory]
    [InlineData("user-1")]
    [InlineData("a8098c1a-f86e-11da-bd1a-00112444be1e@customers.shop.example|a8098c1a-f86e-11da-bd1a-00112444be1e|0123456789012345678901234567890")]
    public async Task Is_under_eight_kibibytes_for_a_job_with_a_hundred_products_in_any_script(string userId)
    {
        const int LongJobs = 1_000;
        await using var server = new RedisServer();
        await using var given = await TestQueue.Create(server: server);
        ImmutableArray<OrderLine> items = [.. Enumerable.Range(1, Limits.OrderLines).Select(line => new OrderLine($"{new string('製', Limits.ProductIdLength - 3)}{line:000}", Limits.Quantity))];
        var reason = $"unknown product: {string.Join(", ", items.Select(item => item.ProductId))}";
        await given.Queue.Enqueue(TestQueue.Job(1_000_000));
        var empty = await UsedMemory(given);

        await Task.WhenAll(Enumerable.Range(1, LongJobs).Select(order =>
        {
            var notice = new OrderNotice($"{order}-2", "order.failed", order, userId, TotalAmount: null, reason, OccurredAt: given.Now, Items: items);
            return given.Queue.Enqueue(new(
                notice.EventId, order, userId, notice.EventType, NotificationText.Message(notice)!,
                new TraceContext("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", TraceState: null), Details: NotificationDetails.Of(notice)));
        }));
        var waiting = await UsedMemory(given) - empty;

        output.WriteLine($"{waiting / LongJobs} bytes");
        Assert.InRange(waiting, 1, LongJobs * MaxBytesPerLongJob);
    }

    /// <summary>In batches, so that each call is answered within its time-out on a slow machine too.</summary>
    private static async Task Enqueue(TestQueue given, long first, int count)
    {
        foreach (var batch in Enumerable.Range(0, count).Chunk(1_000))
        {
            await Task.WhenAll(batch.Select(i => given.Queue.Enqueue(new(
                $"{first + i}-2", first + i, $"user-{i}", "order.reserved", $"Your order {first + i} is reserved: 3 items, 149.97 in total. We tell you when it is on its way.",
                Details: new(given.Now, 149.97m, Items: [new("sku-1", 1), new("sku-2", 1), new("sku-3", 1)])))));
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
