using System.Net.Sockets;
using Orleans.Serialization;

namespace OrderFlow.Api.Cluster;

/// <summary>
/// Calls into the cluster, where a silo may be gone and its grains on their way to another. What may safely be asked twice is asked again until it is
/// answered or <see cref="GiveUpAfter"/> has passed. Refusals are answers and are not repeated; errors in the program are not either.
/// </summary>
internal sealed partial class ClusterCalls(IGrainFactory grains, ClusterConnection connection, TimeProvider time, ILogger<ClusterCalls> log)
{
    /// <summary>How long one call may take before its outcome counts as unknown.</summary>
    public static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(10);

    /// <summary>How long after a request's first call a call that failed is still repeated.</summary>
    public static readonly TimeSpan GiveUpAfter = TimeSpan.FromSeconds(15);

    /// <summary>The pause before a call is repeated for the first time; it doubles with every further time.</summary>
    public static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between two tries.</summary>
    public static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    /// <summary>When a caller who was answered 503 may come back.</summary>
    public static readonly TimeSpan ComeBackAfter = TimeSpan.FromSeconds(2);

    /// <summary>The most requests that wait to be tried again at once; beyond it a failed call is answered, so that an outage cannot fill the memory.</summary>
    public const int MostWaiting = 2_000;

    /// <summary>How often failed calls are logged: their number, not each.</summary>
    private static readonly TimeSpan LogEvery = TimeSpan.FromSeconds(5);

    private int _waiting;
    private int _failed;
    private long _nextLog = time.GetTimestamp();

    /// <summary>Makes a call that may be repeated with no second effect, until it is answered.</summary>
    /// <exception cref="ClusterUnavailableException">There was no answer in time.</exception>
    public async Task<T> Repeat<T>(Func<IGrainFactory, Task<T>> call)
    {
        var began = time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            try
            {
                return await call(Grains());
            }
            catch (Exception e) when (IsOutage(e))
            {
                NoteFailure(e);
                if (time.GetElapsedTime(began) + pause > GiveUpAfter || !await TryPause(pause)) throw new ClusterUnavailableException(e);
            }

            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, LongestPause.Ticks));
        }
    }

    /// <summary>Makes a call that must not be repeated.</summary>
    /// <exception cref="ClusterUnavailableException">There was no answer; the call may have had its effect.</exception>
    public async Task<T> Once<T>(Func<IGrainFactory, Task<T>> call)
    {
        try
        {
            return await call(Grains());
        }
        catch (Exception e) when (IsOutage(e))
        {
            NoteFailure(e);
            throw new ClusterUnavailableException(e);
        }
    }

    /// <summary>True for what goes wrong when a silo, the way to it or its database is away, as opposed to an error in the program.</summary>
    public static bool IsOutage(Exception e) => e switch
    {
        OrleansException or TimeoutException or SocketException or IOException => true,
        UnavailableException => true,                    // a grain's own word for it
        OperationCanceledException => true,              // a silo gave the call up: no call from here carries a token
        UnavailableExceptionFallbackException => true,   // of a type that only silos know: their storage, not a fault in a grain
        _ => false,
    };

    private IGrainFactory Grains() => connection.WasOpened ? grains : throw new SiloUnavailableException("No silo was reached yet.");

    private async Task<bool> TryPause(TimeSpan pause)
    {
        try
        {
            if (Interlocked.Increment(ref _waiting) > MostWaiting) return false;
            await Task.Delay(pause * (0.5 + (Random.Shared.NextDouble() / 2)), time);   // not all at the same moment
            return true;
        }
        finally
        {
            Interlocked.Decrement(ref _waiting);
        }
    }

    private void NoteFailure(Exception e)
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
