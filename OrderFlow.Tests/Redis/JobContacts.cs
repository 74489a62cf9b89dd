using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Redis;

/// <summary>A job's mail address and language are kept apart from it, and go when it is sent or purged.</summary>
public sealed class JobContacts : IAsyncLifetime
{
    private const string Address = "anna@müller.example";

    private TestQueue _given = null!;

    private NotificationQueue Queue => _given.Queue;

    public async Task InitializeAsync() => _given = await TestQueue.Create();

    public async Task DisposeAsync() => await _given.DisposeAsync();

    [Theory]
    [InlineData(Address, "de-AT")]
    [InlineData(Address, null)]
    [InlineData(null, "de-AT")]
    [InlineData(null, null)]
    public async Task Come_with_each_claim_and_are_gone_once_it_is_sent(string? email, string? locale)
    {
        var job = TestQueue.Job(42) with { Email = email, Locale = locale };
        Assert.True(await Queue.Enqueue(job));
        Assert.Equal(email is null && locale is null ? 0 : 1, await Kept());

        var claimed = await _given.Claim();
        Assert.Equal(job, claimed.Job);
        await Queue.Release(TestQueue.Worker, claimed, _given.Now);
        claimed = await _given.Claim();
        Assert.Equal(job, claimed.Job);
        await Queue.Retry(TestQueue.Worker, claimed, _given.Now.AddSeconds(1), "busy", _given.Now);
        _given.Time.Advance(TimeSpan.FromSeconds(1));
        await _given.Claim();
        claimed = Assert.Single(
            await Eventually.Get("the lease to end", () => Queue.Reclaim("worker-2", 10, TimeSpan.FromMilliseconds(1), _given.Now), reclaimed => reclaimed.Count > 0));
        Assert.Equal((job, 2), (claimed.Job, claimed.Attempt));

        Assert.True(await Queue.Complete("worker-2", claimed, _given.Now));
        Assert.Equal(0, await Kept());
        Assert.False(await Queue.Enqueue(job));
        Assert.Equal(0, await Kept());
    }

    [Fact]
    public async Task Of_a_dead_letter_are_kept_for_its_replay_and_not_listed()
    {
        var job = await AddDeadLetter(42, "alice");
        Assert.DoesNotContain(Address, string.Join(' ', await DeadLetterFields()), StringComparison.Ordinal);

        await Queue.Replay(job.JobId);
        var claimed = await _given.Claim();
        Assert.Equal(job, claimed.Job);
        await Queue.Complete(TestQueue.Worker, claimed, _given.Now);
        Assert.Equal(0, await Kept());
    }

    [Fact]
    public async Task Are_purged_with_a_dead_letter()
    {
        await Queue.Purge((await AddDeadLetter(42, "alice")).JobId);
        Assert.Equal(0, await Kept());

        await using var small = await TestQueue.Create(options => options.DeadLetterLimit = 1);
        for (var order = 1; order <= 3; order++)
        {
            await small.Queue.Enqueue(TestQueue.Job(order) with { Email = Address });
            await small.Queue.DeadLetter(TestQueue.Worker, await small.Claim(), "no such mailbox", small.Now);
        }

        Assert.Equal(["3-1"], (await (await small.Database()).HashKeysAsync(small.Keys.Contacts)).Select(id => (string)id!));
    }

    [Fact]
    public async Task Of_one_customer_are_removed_from_waiting_delayed_and_dead_jobs_alike()
    {
        await AddDeadLetter(1, "alice");
        await Queue.Enqueue(Job(2, "alice"));
        await Queue.Retry(TestQueue.Worker, await _given.Claim(), _given.Now.AddSeconds(1), "busy", _given.Now);
        await Queue.Enqueue(Job(3, "alice"));
        await Queue.Enqueue(Job(4, "bob"));

        Assert.Equal(3, await RemoveAll("alice"));
        Assert.Equal(0, await RemoveAll("alice"));

        Assert.Equal(1, await Kept());
        await Queue.Replay("1-1");
        _given.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(
            [("1-1", null), ("2-1", null), ("3-1", null), ("4-1", Address)],
            (await Queue.Claim(TestQueue.Worker, 10, _given.Now)).Select(claimed => (claimed.Job.JobId, claimed.Job.Email)).Order());
    }

    [Fact]
    public async Task Of_one_among_thousands_are_removed_step_by_step()
    {
        await Parallel.ForAsync(1, 3_001, async (order, _) => await Queue.Enqueue(Job(order, order % 3 == 0 ? "alice" : "bob")));

        var steps = 0;
        Assert.Equal(1_000, await RemoveAll("alice", () => steps++));
        Assert.InRange(steps, 2, 3_000);
        Assert.Equal(2_000, await Kept());
    }

    /// <summary>The event was being handled while they were removed: what was read of its order before must not come back.</summary>
    [Fact]
    public async Task Of_the_customer_come_with_no_new_job_for_a_minute()
    {
        await RemoveAll("alice");
        await Queue.Enqueue(Job(1, "alice"));
        await Queue.Enqueue(Job(2, "bob"));

        Assert.Equal(["2-1"], (await (await _given.Database()).HashKeysAsync(_given.Keys.Contacts)).Select(id => (string)id!));
        Assert.InRange(
            (await (await _given.Database()).KeyTimeToLiveAsync(_given.Keys.ContactsRemoved.Append("alice")))!.Value, TimeSpan.FromTicks(1), NotificationQueue.ContactRemovalTime);
    }

    private static NotificationJob Job(int order, string user) => TestQueue.Job(order) with { UserId = user, Email = Address };

    private async Task<NotificationJob> AddDeadLetter(int order, string user)
    {
        var job = Job(order, user);
        await Queue.Enqueue(job);
        await Queue.DeadLetter(TestQueue.Worker, await _given.Claim(), "no such mailbox", _given.Now);
        return job;
    }

    private async Task<int> RemoveAll(string user, Action? onStep = null)
    {
        var removed = 0;
        string? cursor = null;
        do
        {
            (var count, cursor) = await Queue.RemoveContacts(user, cursor);
            removed += count;
            onStep?.Invoke();
        }
        while (cursor is not null);

        return removed;
    }

    private async Task<long> Kept() => await (await _given.Database()).HashLengthAsync(_given.Keys.Contacts);

    private async Task<IEnumerable<string>> DeadLetterFields() =>
        (await (await _given.Database()).StreamRangeAsync(_given.Keys.Dead)).SelectMany(entry => entry.Values).Select(field => $"{field.Value}");
}
