namespace OrderFlow.Api.Cluster;

/// <summary>What all calls into the cluster share: the way there, how many wait to try it again, and what is logged of those that failed.</summary>
internal sealed partial class ClusterWay(IGrainFactory grains, ClusterConnection connection, TimeProvider time, ILogger<ClusterCalls> log)
{
    /// <summary>How often failed calls are logged: their number, not each.</summary>
    private static readonly TimeSpan LogEvery = TimeSpan.FromSeconds(5);

    private int _waiting;
    private int _failed;
    private long _nextLog = time.GetTimestamp();

    /// <summary>The clock.</summary>
    public TimeProvider Time => time;

    /// <summary>The grains, once a silo was reached.</summary>
    /// <exception cref="SiloUnavailableException">None was yet.</exception>
    public IGrainFactory Grains() => connection.WasOpened ? grains : throw new SiloUnavailableException("No silo was reached yet.");

    /// <summary>Waits about as long as the pause. False where too many wait already, or where the time was up before.</summary>
    public async Task<bool> TryPause(TimeSpan pause, CancellationToken timeIsUp)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > ClusterCalls.MostWaiting) return false;
            await Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), time, timeIsUp);   // not all at the same moment
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

    /// <summary>Counts a call that failed.</summary>
    public void NoteFailure(Exception e)
    {
        Interlocked.Increment(ref _failed);
        var now = time.GetTimestamp();
        var due = Interlocked.Read(ref _nextLog);
        if (now < due || Interlocked.CompareExchange(ref _nextLog, now + (long)(LogEvery.TotalSeconds * time.TimestampFrequency), due) != due) return;

        LogFailed(Interlocked.Exchange(ref _failed, 0), e.GetType().Name, e.Message);
    }

    [LoggerMessage(LogLevel.Warning, "{Count} calls into the cluster failed since this was last said, the latest with {Error}: {Message}")]
    private partial void LogFailed(int count, string error, string message);
}
