using OrderFlow.Notifications;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Redis;

public sealed class JobEnqueue : IAsyncLifetime
{
    private TestQueue _given = null!;

    public async Task InitializeAsync() => _given = await TestQueue.Create();

    public async Task DisposeAsync() => await _given.DisposeAsync();

    [Fact]
    public async Task Makes_one_job_from_a_hundred_calls_on_each_of_eight_threads()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var queued = 0;
            for (var i = 0; i < 100; i++) if (await _given.Queue.Enqueue(TestQueue.Job(42))) queued++;
            return queued;
        })));

        Assert.Equal(1, answers.Sum());
        Assert.Equal(new NotificationStats(Waiting: 1, 0, 0, 0, 0, 0, 0, Paused: false), await _given.Queue.GetStats());
    }

    [Fact]
    public async Task Ignores_a_job_that_was_sent()
    {
        var claimed = await _given.EnqueueAndClaim();
        Assert.True(await _given.Queue.Complete(TestQueue.Worker, claimed, _given.Now));

        Assert.False(await _given.Queue.Enqueue(claimed.Job));
        Assert.Empty(await _given.ClaimIds());
    }

    [Fact]
    public async Task Ignores_a_job_that_is_active_delayed_dead_or_purged()
    {
        var claimed = await _given.EnqueueAndClaim();
        Assert.False(await _given.Queue.Enqueue(claimed.Job));

        await _given.Queue.Retry(TestQueue.Worker, claimed, _given.Now.AddSeconds(1), "busy", _given.Now);
        Assert.False(await _given.Queue.Enqueue(claimed.Job));

        _given.Time.Advance(TimeSpan.FromSeconds(1));
        await _given.Queue.DeadLetter(TestQueue.Worker, await _given.Claim(), "busy", _given.Now);
        Assert.False(await _given.Queue.Enqueue(claimed.Job));

        await _given.Queue.Purge(claimed.Job.JobId);
        Assert.False(await _given.Queue.Enqueue(claimed.Job));
        Assert.Empty(await _given.ClaimIds());
    }

    [Fact]
    public async Task Makes_a_new_job_after_the_retention_of_ids()
    {
        await using var shortLived = await TestQueue.Create(options => options.CompletedRetention = TimeSpan.FromMilliseconds(50));
        var claimed = await shortLived.EnqueueAndClaim();
        await shortLived.Queue.Complete(TestQueue.Worker, claimed, shortLived.Now);

        Assert.True(await Eventually.Get("the id to expire", () => shortLived.Queue.Enqueue(claimed.Job), queued => queued));
        Assert.Equal(["42-1"], await shortLived.ClaimIds());
    }

    [Fact]
    public async Task Ignores_an_unsettled_job_long_after_the_retention_of_ids()
    {
        await using var shortLived = await TestQueue.Create(options => options.CompletedRetention = TimeSpan.FromMilliseconds(1));
        await shortLived.Queue.Enqueue(TestQueue.Job(1));    // a settled job in the same shard
        await shortLived.Queue.Complete(TestQueue.Worker, await shortLived.Claim(), shortLived.Now);
        await shortLived.Queue.Enqueue(TestQueue.Job(2));

        var database = await shortLived.Database();
        Assert.Null(await database.KeyTimeToLiveAsync(shortLived.Keys.Known.Append("0")));
        Assert.False(await shortLived.Queue.Enqueue(TestQueue.Job(2)));
    }

    [Fact]
    public async Task Ignores_a_dead_letter_after_the_retention_of_ids()
    {
        await using var shortLived = await TestQueue.Create(options => options.CompletedRetention = TimeSpan.FromMilliseconds(50));
        var dead = await shortLived.AddDeadLetter(42);
        await Eventually.Get("the id to expire", () => shortLived.Queue.ListByOrder(42), jobs => jobs.Count == 0);

        Assert.False(await shortLived.Queue.Enqueue(dead));
        Assert.Equal(Outcome.Ok, (await shortLived.Queue.Replay("42-1")).Outcome);
        Assert.Equal(["42-1"], await shortLived.ClaimIds());
    }

    [Fact]
    public async Task Keeps_every_character_of_the_job()
    {
        var user = string.Concat(Enumerable.Repeat("ü☃🎁\"", 25)) + "' \\ \n\0";
        var job = new NotificationJob("9223372036854775807-1234567890123456789", long.MaxValue, user, "order failed: rare", new string('§', 4_000) + "\u2028{}[]\t");
        await _given.Queue.Enqueue(job);

        var claimed = await _given.Claim();
        Assert.Equal(job, claimed.Job);

        await _given.Queue.Retry(TestQueue.Worker, claimed, _given.Now, "", _given.Now);
        claimed = await _given.Claim();
        Assert.Equal(job, claimed.Job);

        await _given.Queue.DeadLetter(TestQueue.Worker, claimed, "☠\n", _given.Now);
        Assert.Equal(
            new DeadLetter(job.JobId, job.OrderId, user, job.EventType, job.Message, Attempts: 2, "☠\n", _given.Now),
            Assert.Single((await _given.Queue.ListDeadLetters(1, 10)).Items));
        Assert.Equal(
            [new Notification(job.JobId, job.EventType, job.Message, NotificationState.Dead, Attempts: 2, _given.Now)],
            await _given.Queue.ListByOrder(long.MaxValue));
    }

    [Theory]
    [InlineData("")]
    [InlineData("42")]
    [InlineData("42-")]
    [InlineData("42-1\n")]
    [InlineData("42-1 ")]
    [InlineData("42-٣")]
    [InlineData("43-1")]
    [InlineData("042-1")]
    [InlineData("42-12345678901234567890")]
    public async Task Rejects_an_id_that_does_not_match_its_order(string jobId)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => _given.Queue.Enqueue(TestQueue.Job(42) with { JobId = jobId }));

        Assert.StartsWith($"'{jobId}' is not a valid job id of order 42", error.Message, StringComparison.Ordinal);
    }
}
