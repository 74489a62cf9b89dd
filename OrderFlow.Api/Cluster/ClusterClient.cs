using System.Net.Sockets;
using System.Reflection;
using Orleans.Serialization;

namespace OrderFlow.Api.Cluster;

/// <summary>
/// Calls into the cluster, where a silo may be gone and its grains on their way to another. What may safely be asked twice is asked again until it is
/// answered or <see cref="RetryTimeout"/> has passed. Refusals are answers and are not repeated; errors in the program are not either.
/// When the cluster is slow calls wait for their turn (<see cref="AdaptiveConcurrencyLimiter"/>).
/// As an endpoint's parameter it also stops waiting when the time of the request is up. What was asked of a grain goes on there all the same, so the
/// outcome is unknown then, as it is when a silo is lost.
/// </summary>
internal sealed class ClusterClient : IBindableFromHttpContext<ClusterClient>
{
    /// <summary>How long one call may take before its outcome counts as unknown.</summary>
    public static readonly TimeSpan ResponseTimeout = CallTimeouts.ResponseTimeout;

    /// <summary>How long after a request's first call a call that failed is still repeated.</summary>
    public static readonly TimeSpan RetryTimeout = TimeSpan.FromSeconds(15);

    /// <summary>The pause before a call is repeated for the first time; it doubles with every further time.</summary>
    public static readonly TimeSpan MinRetryDelay = TimeSpan.FromMilliseconds(50);

    /// <summary>The longest pause between two tries.</summary>
    public static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>When a caller who was answered 503 may come back.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    /// <summary>The most calls that wait for their turn or to be tried again; one more has failed, so that neither a rush nor an outage can fill the memory.</summary>
    public const int MaxQueued = 2_000;

    private readonly ClusterWay _way;
    private readonly bool _inTurn;
    private readonly CancellationToken _timeIsUp;

    /// <summary>Calls that no request's time ends.</summary>
    public ClusterClient(ClusterWay way)
        : this(way, inTurn: true, CancellationToken.None)
    {
    }

    private ClusterClient(ClusterWay way, bool inTurn, CancellationToken timeIsUp) => (_way, _inTurn, _timeIsUp) = (way, inTurn, timeIsUp);

    /// <summary>
    /// The same calls, which wait for no turn and take none from others: for what many requests wait for, and for what waits in the cluster itself until
    /// something happens, and so takes its time.
    /// </summary>
    public ClusterClient Unthrottled => new(_way, inTurn: false, _timeIsUp);

    /// <summary>The calls of a request, as a parameter of its endpoint.</summary>
    public static ValueTask<ClusterClient?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<ClusterClient?>(context.RequestServices.GetRequiredService<ClusterClient>().WithCancellation(context.RequestAborted));

    /// <summary>The same calls, which are waited for no longer than until this is cancelled.</summary>
    public ClusterClient WithCancellation(CancellationToken timeIsUp) => new(_way, _inTurn, timeIsUp);

    /// <summary>Makes a call that may be repeated with no second effect, however much later and whatever happened meanwhile, until it is answered.</summary>
    /// <exception cref="ClusterUnavailableException">There was no answer in time; the call may have had its effect.</exception>
    public Task<T> CallWithRetry<T>(Func<IGrainFactory, Task<T>> call) => Make(call, mayRepeat: true);

    /// <summary>Makes a call that must not be repeated: it is made again only where it was certainly not made before.</summary>
    /// <exception cref="ClusterUnavailableException">There was no answer; the call may have had its effect.</exception>
    public Task<T> CallOnce<T>(Func<IGrainFactory, Task<T>> call) => Make(call, mayRepeat: false);

    /// <inheritdoc cref="CallOnce{T}"/>
    public Task CallOnce(Func<IGrainFactory, Task> call) => CallOnce(async grains =>
    {
        await call(grains);
        return true;
    });

    /// <summary>True for what goes wrong when a silo, the way to it or its database is away, as opposed to an error in the program.</summary>
    public static bool IsTransient(Exception e) => e switch
    {
        OrleansException or TimeoutException or SocketException or IOException => true,
        CallNotSentException => true,
        UnavailableException => true,                    // a grain's own word for it
        OperationCanceledException => true,              // a silo gave the call up: no call from here carries a token
        UnavailableExceptionFallbackException => true,   // of a type that only silos know: their storage, not a fault in a grain
        _ => false,
    };

    private async Task<T> Make<T>(Func<IGrainFactory, Task<T>> call, bool mayRepeat)
    {
        var began = _way.Time.GetTimestamp();
        var pause = MinRetryDelay;
        var wasCalled = false;
        while (true)
        {
            try
            {
                return await Ask(call, RetryTimeout - _way.Time.GetElapsedTime(began));
            }
            catch (Exception e) when (IsTransient(e))
            {
                wasCalled |= e is not CallNotSentException;
                if (_timeIsUp.IsCancellationRequested) throw new ClusterUnavailableException(e, wasCalled);

                _way.NoteFailure(e);
                if ((wasCalled && !mayRepeat) || _way.Time.GetElapsedTime(began) + pause > RetryTimeout || !await _way.TryPause(pause, _timeIsUp))
                    throw new ClusterUnavailableException(e, wasCalled);
            }

            pause = TimeSpan.FromTicks(Math.Min(pause.Ticks * 2, MaxRetryDelay.Ticks));
        }
    }

    private Task<T> Ask<T>(Func<IGrainFactory, Task<T>> call, TimeSpan patience) =>
        _inTurn ? _way.InTurn(call, patience, _timeIsUp) : _way.AtOnce(call, _timeIsUp);
}
