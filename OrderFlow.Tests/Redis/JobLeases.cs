using OrderFlow.Notifications;

namespace OrderFlow.Tests.Redis;

/// <summary>A worker that was too slow, and whose job is another's now.</summary>
public sealed class JobLeases : IAsyncLifetime
{
    private const string Slow = TestQueue.Worker;
    private const string Other = "worker-2";

    private TestQueue _given = null!;

    /// <summary>What a worker may try, and by whom the job was taken over: another worker, or the same one, which has forgotten its first claim.</summary>
    public static TheoryData<string, string> Tries
    {
        get
        {
            var tries = new TheoryData<string, string>();
            foreach (var deed in new[] { "finish", "delay", "give up", "hand back" })
            {
                tries.Add(deed, Other);
                tries.Add(deed, Slow);
            }

            return tries;
        }
    }

    public async Task InitializeAsync() => _given = await TestQueue.Create();

    public async Task DisposeAsync() => await _given.DisposeAsync();

    [Theory, MemberData(nameof(Tries))]
    public async Task Keeps_it_from_every_move(string deed, string heir)
    {
        var lost = await _given.Claimed();
        var taken = Assert.Single(await _given.Queue.Reclaim(heir, 10, TimeSpan.Zero, _given.Now));
        var before = await _given.Queue.GetStats();

        Assert.False(await Try(deed, Slow, lost));

        Assert.Equal(before, await _given.Queue.GetStats());
        Assert.Equal(NotificationState.Active, Assert.Single(await _given.Queue.ListByOrder(42)).State);
        Assert.True(await Try(deed, heir, taken));
    }

    [Theory, MemberData(nameof(Tries))]
    public async Task Is_what_every_move_of_the_holder_does(string deed, string holder)
    {
        await _given.Queue.Enqueue(TestQueue.Job(42));
        var claimed = await _given.Claim(holder);
        Assert.True(await Try("hand back", holder, claimed));
        claimed = await _given.Claim(holder);
        Assert.True(await Try(deed, holder, claimed));
        var before = await _given.Queue.GetStats();

        Assert.False(await Try("finish", holder, claimed));
        Assert.False(await Try("delay", holder, claimed));
        Assert.False(await Try("give up", holder, claimed));
        Assert.False(await Try("hand back", holder, claimed));

        Assert.Equal(before, await _given.Queue.GetStats());
    }

    private Task<bool> Try(string deed, string worker, ClaimedJob job) => deed switch
    {
        "finish" => _given.Queue.Complete(worker, job, _given.Now),
        "delay" => _given.Queue.Retry(worker, job, _given.Now.AddSeconds(1), "busy", _given.Now),
        "give up" => _given.Queue.DeadLetter(worker, job, "no such mailbox", _given.Now),
        _ => _given.Queue.Release(worker, job, _given.Now),
    };
}
