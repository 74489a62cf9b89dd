using OrderFlow.Notifications;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Redis;

public sealed class JobEnqueue : IAsyncLifetime
{
    private TestQueue _given = null!;

    public async Task InitializeAsync() => _given = await TestQueue.Create();

    public async Task DisposeAsync() => await _given.DisposeAsync();

    [Fact]
    public async Task A_hundred_times_from_eight_threads_makes_one_job()
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
    public async Task Again_after_it_was_sent_makes_no_job()
    {
        var claimed = await _given.Claimed();
        Assert.True(await _given.Queue.Complete(TestQueue.Worker, claimed, _given.Now));

        Assert.False(await _given.Queue.Enqueue(claimed.Job));
        Assert.Empty(await _given.ClaimIds());
    }

    [Fact]
    public async Task Again_while_it_is_sent_or_delayed_or_dead_or_after_it_was_purged_makes_no_job()
    {
        var claimed = await _given.Claimed();
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
    public async Task Again_after_the_time_that_ids_are_remembered_makes_a_new_job()
    {
        await using var forgetful = await TestQueue.Create(options => options.CompletedRetention = TimeSpan.FromMilliseconds(50));
        var claimed = await forgetful.Claimed();
        await forgetful.Queue.Complete(TestQueue.Worker, claimed, forgetful.Now);

        Assert.True(await Eventually.Get("the id to be forgotten", () => forgetful.Queue.Enqueue(claimed.Job), queued => queued));
        Assert.Equal(["42-1"], await forgetful.ClaimIds());
    }

    [Fact]
    public async Task Again_long_after_makes_no_job_while_it_is_not_finished()
    {
        await using var forgetful = await TestQueue.Create(options => options.CompletedRetention = TimeSpan.FromMilliseconds(1));
        await forgetful.Queue.Enqueue(TestQueue.Job(1));    // a neighbour in the same shard, finished
        await forgetful.Queue.Complete(TestQueue.Worker, await forgetful.Claim(), forgetful.Now);
        await forgetful.Queue.Enqueue(TestQueue.Job(2));

        var database = await forgetful.Database();
        Assert.Null(await database.KeyTimeToLiveAsync(forgetful.Keys.Known.Append("0")));
        Assert.False(await forgetful.Queue.Enqueue(TestQueue.Job(2)));
    }

    [Fact]
    public async Task Again_makes_no_job_while_it_is_a_dead_letter_that_is_no_longer_remembered()
    {
        await using var forgetful = await TestQueue.Create(options => options.CompletedRetention = TimeSpan.FromMilliseconds(50));
        var dead = await forgetful.Dead(42);
        await Eventually.Get("the id to be forgotten", () => forgetful.Queue.ListByOrder(42), jobs => jobs.Count == 0);

        Assert.False(await forgetful.Queue.Enqueue(dead));
        Assert.Equal(Outcome.Ok, await forgetful.Queue.Replay("42-1"));
        Assert.Equal(["42-1"], await forgetful.ClaimIds());
    }

    [Fact]
    public async Task Keeps_every_character_of_it()
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
    public async Task Refuses_an_id_that_its_order_would_not_be_found_by(string jobId)
    {
        var error = await Assert.ThrowsAsync<ArgumentException>(() => _given.Queue.Enqueue(TestQueue.Job(42) with { JobId = jobId }));

        Assert.StartsWith($"'{jobId}' is no id of a job of order 42", error.Message, StringComparison.Ordinal);
    }
}
