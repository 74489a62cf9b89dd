namespace OrderFlow.Api.Cluster;

/// <summary>What all calls into the cluster share: the way there, the room on it, how many wait, and what is logged of those that failed.</summary>
internal sealed partial class ClusterWay(IGrainFactory grains, ClusterConnection connection, AdaptiveConcurrencyLimiter room, TimeProvider time, ILogger<ClusterClient> log)
{
    /// <summary>How often failed calls are logged: their number, not each.</summary>
    private static readonly TimeSpan LogEvery = TimeSpan.FromSeconds(5);

    private int _waiting;
    private int _failed;
    private long _nextLog = time.GetTimestamp();

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>How many calls wait for their turn, or to be tried again.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Makes a call at once.</summary>
    /// <exception cref="CallNotSentException">No silo was reached yet.</exception>
    public async Task<T> AtOnce<T>(Func<IGrainFactory, Task<T>> call, CancellationToken timeIsUp) => await call(Reached()).WaitAsync(timeIsUp);

    /// <summary>Makes a call when it is its turn.</summary>
    /// <exception cref="CallNotSentException">No silo was reached yet, its turn did not come in time, or too many wait already.</exception>
    public async Task<T> InTurn<T>(Func<IGrainFactory, Task<T>> call, TimeSpan patience, CancellationToken timeIsUp)
    {
        var reached = Reached();
        if (!room.TryAcquire() && !await TryWait(() => room.Acquire(patience, timeIsUp))) throw new CallNotSentException("So many calls wait that the turn of this one did not come.");

        return await InItsPlace(call, reached).WaitAsync(timeIsUp);
    }

    /// <summary>Waits about as long as the pause. False where too many wait already, or where the time was up before.</summary>
    public Task<bool> TryPause(TimeSpan pause, CancellationToken timeIsUp) =>
        TryWait(() => Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), time, timeIsUp));   // not all at the same moment

    /// <summary>Counts a call that failed.</summary>
    public void NoteFailure(Exception e)
    {
        Interlocked.Increment(ref _failed);
        var now = time.GetTimestamp();
        var due = Interlocked.Read(ref _nextLog);
        if (now < due || Interlocked.CompareExchange(ref _nextLog, now + (long)(LogEvery.TotalSeconds * time.TimestampFrequency), due) != due) return;

        LogFailed(Interlocked.Exchange(ref _failed, 0), e.GetType().Name, e.Message);
    }

    private IGrainFactory Reached() => connection.HasConnected ? grains : throw new CallNotSentException("No silo was reached yet.");

    // Until the call ends, also where nobody waits for it any more: the cluster works on it all the same.
    private async Task<T> InItsPlace<T>(Func<IGrainFactory, Task<T>> call, IGrainFactory reached)
    {
        var began = time.GetTimestamp();
        try
        {
            return await call(reached);
        }
        finally
        {
            room.Release(time.GetElapsedTime(began));
        }
    }

    private async Task<bool> TryWait(Func<Task> wait)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > ClusterClient.MaxQueued) return false;
            await wait();
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Count} calls into the cluster failed since this was last said, the latest with {Error}: {Message}")]
    private partial void LogFailed(int count, string error, string message);
}
