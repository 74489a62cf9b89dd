using OrderFlow.Notifications;

namespace OrderFlow.Tests.Redis;

/// <summary>A slow worker whose job was reclaimed.</summary>
public sealed class JobLeases : IAsyncLifetime
{
    private const string Slow = TestQueue.Worker;
    private const string Other = "worker-2";

    private TestQueue _given = null!;

    /// <summary>Every move, with the worker that reclaimed the job: another one, or the same one by a new claim.</summary>
    public static TheoryData<string, string> Moves
    {
        get
        {
            var moves = new TheoryData<string, string>();
            foreach (var move in new[] { "complete", "retry", "dead-letter", "release" })
            {
                moves.Add(move, Other);
                moves.Add(move, Slow);
            }

            return moves;
        }
    }

    public async Task InitializeAsync() => _given = await TestQueue.Create();

    public async Task DisposeAsync() => await _given.DisposeAsync();

    [Theory, MemberData(nameof(Moves))]
    public async Task Once_lost_permit_no_move(string move, string newHolder)
    {
        var lost = await _given.EnqueueAndClaim();
        var reclaimed = Assert.Single(await _given.Queue.Reclaim(newHolder, 10, TimeSpan.Zero, _given.Now));
        var before = await _given.Queue.GetStats();

        Assert.False(await Move(move, Slow, lost));

        Assert.Equal(before, await _given.Queue.GetStats());
        Assert.Equal(NotificationState.Active, Assert.Single(await _given.Queue.ListByOrder(42)).State);
        Assert.True(await Move(move, newHolder, reclaimed));
    }

    [Theory, MemberData(nameof(Moves))]
    public async Task End_with_every_move_of_the_holder(string move, string holder)
    {
        await _given.Queue.Enqueue(TestQueue.Job(42));
        var claimed = await _given.Claim(holder);
        Assert.True(await Move("release", holder, claimed));
        claimed = await _given.Claim(holder);
        Assert.True(await Move(move, holder, claimed));
        var before = await _given.Queue.GetStats();

        Assert.False(await Move("complete", holder, claimed));
        Assert.False(await Move("retry", holder, claimed));
        Assert.False(await Move("dead-letter", holder, claimed));
        Assert.False(await Move("release", holder, claimed));

        Assert.Equal(before, await _given.Queue.GetStats());
    }

    private Task<bool> Move(string move, string worker, ClaimedJob job) => move switch
    {
        "complete" => _given.Queue.Complete(worker, job, _given.Now),
        "retry" => _given.Queue.Retry(worker, job, _given.Now.AddSeconds(1), "busy", _given.Now),
        "dead-letter" => _given.Queue.DeadLetter(worker, job, "no such mailbox", _given.Now),
        _ => _given.Queue.Release(worker, job, _given.Now),
    };
}
