using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Redis;

public sealed class DeadLetters : IAsyncLifetime
{
    private TestQueue _given = null!;

    private NotificationQueue Queue => _given.Queue;

    public async Task InitializeAsync() => _given = await TestQueue.Create();

    public async Task DisposeAsync() => await _given.DisposeAsync();

    [Fact]
    public async Task Are_listed_newest_first_page_by_page()
    {
        for (var order = 1; order <= 7; order++) await _given.AddDeadLetter(order);

        Assert.Equal([7, 6, 5], await Listed(1, 3));
        Assert.Equal([4, 3, 2], await Listed(2, 3));
        Assert.Equal([1], await Listed(3, 3));
        Assert.Equal([], await Listed(4, 3));
        var page = await Queue.ListDeadLetters(2, 3);
        Assert.Equal((7, 2, 3), (page.Total, page.Number, page.Limit));
    }

    [Fact]
    public async Task Are_listed_once_each_by_position_despite_concurrent_changes()
    {
        for (var order = 1; order <= 6; order++) await _given.AddDeadLetter(order);

        var first = await Queue.ListDeadLetters(1, 2);
        await _given.AddDeadLetter(7);
        await Queue.Purge("5-1");
        await Queue.Purge("4-1");
        var second = await Queue.ListDeadLetters(1, 2, first.Next);
        var third = await Queue.ListDeadLetters(1, 2, second.Next);

        Assert.Equal([6, 5], first.Items.Select(letter => letter.OrderId));
        Assert.Equal([3, 2], second.Items.Select(letter => letter.OrderId));
        Assert.Equal([1], third.Items.Select(letter => letter.OrderId));
        Assert.Equal((5, null), (third.Total, third.Next));
    }

    [Fact]
    public async Task Are_not_listed_by_page_beyond_the_first_ten_thousand()
    {
        var database = await _given.Database();
        const string Fill = """
            for i = 1, 10050 do redis.call('XADD', KEYS[1], '*', 'id', i .. '-1', 'order', i, 'user', 'u', 'type', 't', 'message', 'm', 'attempts', 3, 'reason', 'r', 'at', i) end
            """;
        await database.ScriptEvaluateAsync(Fill, [_given.Keys.Dead]);

        Assert.Equal(Enumerable.Range(51, 100).Reverse().Select(order => (long)order), await Listed(100, 100));
        var deeper = await Queue.ListDeadLetters(101, 100);
        Assert.Equal((0, 10_050), (deeper.Items.Length, deeper.Total));
        Assert.Empty((await Queue.ListDeadLetters(int.MaxValue, 100)).Items);
        var next = await Queue.ListDeadLetters(1, 100, (await Queue.ListDeadLetters(100, 100)).Next);
        Assert.Equal(Enumerable.Range(1, 50).Reverse().Select(order => (long)order), next.Items.Select(letter => letter.OrderId));
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(1, 0)]
    [InlineData(1, 101)]
    public async Task Are_not_listed_for_an_invalid_page_or_limit(int page, int limit) =>
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => Queue.ListDeadLetters(page, limit));

    [Fact]
    public async Task Are_replayed_once_with_all_their_attempts()
    {
        var job = await _given.AddDeadLetter(42);

        Assert.Equal(Outcome.Ok, (await Queue.Replay("42-1")).Outcome);
        Assert.Equal(Outcome.Ok, (await Queue.Replay("42-1")).Outcome);

        var claimed = await _given.Claim();
        Assert.Equal((job, 1), (claimed.Job, claimed.Attempt));
        Assert.Equal(Outcome.Ok, (await Queue.Replay("42-1")).Outcome);
        await Queue.Retry(TestQueue.Worker, claimed, _given.Now.AddSeconds(1), "busy", _given.Now);
        Assert.Equal(Outcome.Ok, (await Queue.Replay("42-1")).Outcome);
        Assert.Equal(new NotificationStats(0, 0, Delayed: 1, 0, Failed: 2, DeadLettered: 1, DeadLetters: 0, Paused: false), await Queue.GetStats());

        _given.Time.Advance(TimeSpan.FromSeconds(1));
        await Queue.Complete(TestQueue.Worker, await _given.Claim(), _given.Now);
        Assert.Equal(Outcome.Ok, (await Queue.Replay("42-1")).Outcome);
        Assert.Empty(await _given.ClaimIds());
    }

    [Fact]
    public async Task Are_replayed_once_for_an_operation_even_if_they_are_dead_lettered_again()
    {
        await _given.AddDeadLetter(42);
        var request = Guid.NewGuid();
        Assert.Equal(new(Outcome.NotFound), await Queue.Replay("43-1", "a", request));   // does not use the operation up
        Assert.Equal(new(Outcome.Ok, WasRepeated: false), await Queue.Replay("42-1", "a", request));
        Assert.Equal(new(Outcome.Ok, WasRepeated: false), await Queue.Replay("42-1", "a", request));   // sent again by the API
        await Queue.DeadLetter(TestQueue.Worker, await _given.Claim(), "refused again", _given.Now);

        Assert.Equal(new(Outcome.Ok, WasRepeated: true), await Queue.Replay("42-1", "a", Guid.NewGuid()));
        Assert.Equal([42], await Listed(1, 10));
        Assert.Equal(new(Outcome.Ok, WasRepeated: false), await Queue.Replay("42-1", "b", Guid.NewGuid()));
        Assert.Equal(["42-1"], await _given.ClaimIds());
    }

    [Fact]
    public async Task Are_purged_once_and_permanently()
    {
        await _given.AddDeadLetter(41);
        await _given.AddDeadLetter(42);

        Assert.Equal(Outcome.Ok, await Queue.Purge("42-1"));
        Assert.Equal(Outcome.Ok, await Queue.Purge("42-1"));

        Assert.Equal([41], await Listed(1, 10));
        Assert.Equal(Outcome.NotFound, (await Queue.Replay("42-1")).Outcome);
        Assert.Empty(await _given.ClaimIds());
    }

    [Fact]
    public async Task Are_not_found_among_other_jobs_and_unknown_ids()
    {
        await Queue.Enqueue(TestQueue.Job(42));

        Assert.Equal(Outcome.NotFound, await Queue.Purge("42-1"));
        foreach (var unknown in new[] { "42-2", "7-1", "hello", "", "99999999999999999999-1" })
        {
            Assert.Equal(Outcome.NotFound, await Queue.Purge(unknown));
            Assert.Equal(Outcome.NotFound, (await Queue.Replay(unknown)).Outcome);
        }

        Assert.Equal(["42-1"], await _given.ClaimIds());
        Assert.Equal(Outcome.NotFound, await Queue.Purge("42-1"));
    }

    [Fact]
    public async Task Beyond_the_limit_purge_the_oldest_which_is_counted_and_logged()
    {
        await using var small = await TestQueue.Create(options => options.DeadLetterLimit = 3);
        for (var order = 1; order <= 5; order++) await small.AddDeadLetter(order);

        Assert.Equal([5, 4, 3], (await small.Queue.ListDeadLetters(1, 10)).Items.Select(letter => letter.OrderId));
        Assert.Equal(3, await (await small.Database()).HashLengthAsync(small.Keys.DeadIndex));
        Assert.Equal(new NotificationStats(0, 0, 0, 0, Failed: 5, DeadLettered: 5, DeadLetters: 3, Paused: false, Purged: 2), await small.Queue.GetStats());
        Assert.Equal(["Error: Purged the oldest dead letters 1-1: there were more than 3", "Error: Purged the oldest dead letters 2-1: there were more than 3"], small.Log.All);
        Assert.Empty(await small.Queue.ListByOrder(1));
        Assert.Equal(Outcome.NotFound, (await small.Queue.Replay("1-1")).Outcome);
        Assert.Equal(Outcome.Ok, await small.Queue.Purge("1-1"));
        Assert.False(await small.Queue.Enqueue(TestQueue.Job(1)));
    }

    [Fact]
    public async Task Keep_a_bounded_part_of_the_reason()
    {
        await _given.AddDeadLetter(42, new string('x', 498) + "😀" + new string('x', 100_000));   // the limit falls within a surrogate pair

        Assert.Equal(new string('x', 498) + "…", Assert.Single((await Queue.ListDeadLetters(1, 10)).Items).Reason);
    }

    [Fact]
    public async Task Remain_after_the_retention_of_their_ids()
    {
        await using var shortLived = await TestQueue.Create(options => options.CompletedRetention = TimeSpan.FromMilliseconds(50));
        await shortLived.AddDeadLetter(42);
        await Eventually.Get("the id to expire", () => shortLived.Queue.ListByOrder(42), jobs => jobs.Count == 0);

        Assert.Equal(42, Assert.Single((await shortLived.Queue.ListDeadLetters(1, 10)).Items).OrderId);
        Assert.Equal(Outcome.Ok, await shortLived.Queue.Purge("42-1"));
    }

    private async Task<IEnumerable<long>> Listed(int page, int limit) => (await Queue.ListDeadLetters(page, limit)).Items.Select(letter => letter.OrderId);
}
