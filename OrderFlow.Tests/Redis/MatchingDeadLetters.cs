using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Redis;

namespace OrderFlow.Tests.Redis;

/// <summary>Dead letters that are replayed or purged by a filter.</summary>
public sealed class MatchingDeadLetters : IAsyncLifetime
{
    private const string Unreachable = "the mail server could not be reached: Connection refused";
    private const string NoMailbox = "the mail server rejected the recipient: 550 no such mailbox";

    private static readonly DeadLetterFilter OfUnreachable = new("Connection refused", EventType: null, Before: null);

    private TestQueue _given = null!;

    private NotificationQueue Queue => _given.Queue;

    public async Task InitializeAsync() => _given = await TestQueue.Create();

    public async Task DisposeAsync() => await _given.DisposeAsync();

    [Fact]
    public async Task Of_ten_thousand_with_two_reasons_those_of_one_are_replayed()
    {
        await Fill(10_000, "i % 5 < 2");   // every fifth and the one after it could not be reached

        Assert.Equal(4_000, await Replay(OfUnreachable));

        var stats = await Queue.GetStats();
        Assert.Equal((4_000, 6_000), (stats.Waiting, stats.DeadLetters));
        var waiting = await Claim(4_001);
        Assert.Equal(Enumerable.Range(1, 10_000).Where(order => order % 5 < 2).Select(order => $"{order}-1"), waiting.Select(claimed => claimed.Job.JobId));
        Assert.All(waiting, claimed => Assert.Equal(1, claimed.Attempt));
        Assert.Equal(0, await Replay(OfUnreachable));
        Assert.Equal(6_000, await Replay(new("550", EventType: null, Before: null)));
    }

    [Fact]
    public async Task Of_ten_thousand_with_two_reasons_those_of_one_are_purged_and_stay_known()
    {
        await Fill(10_000, "i % 5 < 2");

        Assert.Equal(4_000, await Purge(OfUnreachable));

        Assert.Equal(6_000, (await Queue.GetStats()).DeadLetters);
        Assert.Empty(await Claim(1));
        Assert.Equal(Outcome.NotFound, (await Queue.Replay("5-1")).Outcome);
        Assert.False(await Queue.Enqueue(TestQueue.Job(5)));
        Assert.Equal(Outcome.Ok, (await Queue.Replay("2-1")).Outcome);
    }

    [Theory]
    [InlineData("rejected", null, null, "1 3")]
    [InlineData("Rejected", null, null, "")]
    [InlineData("%a", null, null, "")]   // no pattern
    [InlineData("550 no such mailbox", null, null, "1 3")]
    [InlineData(null, "order.failed", null, "3 4")]
    [InlineData(null, "order", null, "")]
    [InlineData(null, null, 1, "1")]
    [InlineData(null, null, 0, "")]
    [InlineData(null, null, 100, "1 2 3 4")]
    [InlineData("rejected", "order.failed", null, "3")]
    [InlineData("rejected", "order.failed", 2, "")]
    public async Task All_that_is_given_must_match(string? reason, string? type, int? minutes, string expected)
    {
        var begin = _given.Now;
        foreach (var (order, its, ofType) in new[] { (1, NoMailbox, "order.reserved"), (2, Unreachable, "order.reserved"), (3, NoMailbox, "order.failed"), (4, Unreachable, "order.failed") })
        {
            await Queue.Enqueue(TestQueue.Job(order) with { EventType = ofType });
            await Queue.DeadLetter(TestQueue.Worker, await _given.Claim(), its, _given.Now);
            _given.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await Replay(new(reason, type, minutes is null ? null : begin.AddMinutes(minutes.Value)));

        Assert.Equal(expected, string.Join(' ', (await Claim(10)).Select(claimed => claimed.Job.OrderId)));
    }

    [Fact]
    public async Task One_that_is_dead_lettered_again_meanwhile_is_not_replayed_again()
    {
        await Fill(600, "true");
        var range = await Queue.GetDeadLetterRange();
        var first = await Queue.ReplayMatching(OfUnreachable, range!);
        Assert.Equal(500, first.Count);
        foreach (var claimed in await Claim(1_000)) await Queue.DeadLetter(TestQueue.Worker, claimed, Unreachable, _given.Now);

        Assert.Equal(new DeadLetterBatch(100, Rest: null), await Queue.ReplayMatching(OfUnreachable, first.Rest!));
        Assert.Equal(500, (await Queue.GetStats()).DeadLetters);
    }

    [Fact]
    public async Task A_batch_whose_answer_was_lost_is_repeated_without_effect()
    {
        await Fill(600, "true");
        var range = await Queue.GetDeadLetterRange();
        var lost = await Queue.ReplayMatching(OfUnreachable, range!);

        var repeated = await Queue.ReplayMatching(OfUnreachable, range!);
        Assert.Equal((500, 100), (lost.Count, repeated.Count));
        Assert.Equal(600, (await Claim(1_000)).Count);
    }

    [Fact]
    public async Task Two_operators_at_once_replay_each_once()
    {
        await Fill(3_000, "i % 2 == 0");
        var counts = await Task.WhenAll(Replay(OfUnreachable), Replay(OfUnreachable));

        Assert.Equal(1_500, counts.Sum());
        Assert.Equal(1_500, (await Claim(3_000)).Count);
    }

    [Fact]
    public async Task Without_dead_letters_there_is_no_range() => Assert.Null(await Queue.GetDeadLetterRange());

    private Task<int> Replay(DeadLetterFilter filter) => Move(range => Queue.ReplayMatching(filter, range));

    private Task<int> Purge(DeadLetterFilter filter) => Move(range => Queue.PurgeMatching(filter, range));

    private async Task<int> Move(Func<string, Task<DeadLetterBatch>> move)
    {
        var count = 0;
        for (var range = await Queue.GetDeadLetterRange(); range is not null;)
        {
            var batch = await move(range);
            (count, range) = (count + batch.Count, batch.Rest);
        }

        return count;
    }

    private async Task<IReadOnlyList<ClaimedJob>> Claim(int count)
    {
        var all = new List<ClaimedJob>();
        while (all.Count < count && await Queue.Claim(TestQueue.Worker, Math.Min(count - all.Count, 1_000), _given.Now) is { Count: > 0 } claimed) all.AddRange(claimed);
        return all;
    }

    /// <summary>Creates dead letters of the orders 1 to <paramref name="count"/>, unreachable where the condition holds and without a mailbox otherwise.</summary>
    private async Task Fill(int count, string condition)
    {
        var script = $$"""
            for i = 1, {{count}} do
              local id = string.format('%d-1', i)
              local reason = ({{condition}}) and '{{Unreachable}}' or '{{NoMailbox}}'
              local ref = redis.call('XADD', KEYS[1], '*', 'id', id, 'order', i, 'user', 'alice', 'type', 'order.reserved', 'message', 'm', 'attempts', 3, 'reason', reason, 'at', i)
              redis.call('HSET', KEYS[2], id, ref)
              redis.call('HSET', KEYS[3] .. math.floor(i / 32), id, 'dead 3 ' .. i .. ' ' .. ref .. ' order.reserved')
            end
            """;
        await (await _given.Database()).ScriptEvaluateAsync(script, [_given.Keys.Dead, _given.Keys.DeadIndex, _given.Keys.Known]);
    }
}
