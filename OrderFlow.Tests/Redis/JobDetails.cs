using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Redis;

namespace OrderFlow.Tests.Redis;

/// <summary>What templates show travels with the job.</summary>
public sealed class JobDetails : IAsyncLifetime
{
    private static readonly NotificationDetails Details = new(
        new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero), 19.98m, "zu wenig \"Bücher\"\n🎁", new("DHL", "JD01", "https://parcels.example/1"), [new("sku-1 ü", 2)], MoreItems: 3);

    private TestQueue _given = null!;

    public async Task InitializeAsync() => _given = await TestQueue.Create();

    public async Task DisposeAsync() => await _given.DisposeAsync();

    [Theory]
    [InlineData(null)]
    [InlineData("shop=42")]
    public async Task Survive_every_move(string? traceState)
    {
        var job = TestQueue.Job(42) with { Details = Details, Trace = new("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", traceState) };
        await _given.Queue.Enqueue(job);
        var claimed = await Claimed(job);

        await _given.Queue.Release(TestQueue.Worker, claimed, _given.Now);
        claimed = await Claimed(job);
        await _given.Queue.Retry(TestQueue.Worker, claimed, _given.Now, "busy", _given.Now);
        await Claimed(job);
        claimed = Assert.Single(await _given.Queue.Reclaim("worker-2", 10, TimeSpan.Zero, _given.Now));
        AssertSame(job, claimed.Job);
        await _given.Queue.DeadLetter("worker-2", claimed, "busy", _given.Now);
        await _given.Queue.Replay(job.JobId);
        await Claimed(job);
    }

    [Fact]
    public async Task Are_absent_where_a_job_was_enqueued_without()
    {
        var claimed = await _given.EnqueueAndClaim();

        Assert.Null(claimed.Job.Details);
        Assert.Equal(
            ["id", "order", "user", "type", "message", "attempts"],
            Assert.Single(await (await _given.Database()).StreamRangeAsync(_given.Keys.Jobs)).Values.Select(field => (string?)field.Name));
    }

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"totalAmount":"much"}""")]
    public async Task That_cannot_be_read_are_ignored(string details)
    {
        var database = await _given.Database();
        await database.StreamAddAsync(_given.Keys.Jobs, [new("id", "42-1"), new("order", 42), new("user", "alice"), new("type", "order.reserved"), new("message", "Hello."), new("details", details)]);

        Assert.Equal(new NotificationJob("42-1", 42, "alice", "order.reserved", "Hello."), (await _given.Claim()).Job);
    }

    [Fact]
    public void Are_compact_and_may_grow()
    {
        Assert.Equal(
            """{"occurredAt":"2026-03-01T12:00:00+00:00","totalAmount":19.98,"reason":"zu wenig \"Bücher\"\n🎁","tracking":{"carrier":"DHL","number":"JD01","url":"https://parcels.example/1"},"items":[{"productId":"sku-1 ü","quantity":2}],"moreItems":3}""",
            DetailsJson.Serialize(Details).Replace("\\uD83C\\uDF81", "🎁", StringComparison.Ordinal));
        Assert.Equal("""{"totalAmount":0}""", DetailsJson.Serialize(new(TotalAmount: 0)));
        Assert.Equal(new NotificationDetails(Reason: "full"), DetailsJson.Deserialize("""{"reason":"full","new":{"a":[1]}}"""));
    }

    private async Task<ClaimedJob> Claimed(NotificationJob job)
    {
        var claimed = await _given.Claim();
        AssertSame(job, claimed.Job);
        return claimed;
    }

    /// <summary>Lists are equal only where they are the same.</summary>
    private static void AssertSame(NotificationJob expected, NotificationJob job)
    {
        Assert.Equal(expected.Details!.Items, job.Details!.Items);
        Assert.Equal(expected, job with { Details = job.Details with { Items = expected.Details.Items } });
    }
}
