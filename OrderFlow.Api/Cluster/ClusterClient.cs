using System.Net.Sockets;
using System.Reflection;
using Orleans.Serialization;

namespace OrderFlow.Api.Cluster;

/// <summary>
/// Calls grains, queues calls while the cluster is slow (<see cref="AdaptiveConcurrencyLimiter"/>) and retries them while a silo is lost. As a parameter of
/// an endpoint it also stops waiting when the request is aborted: the grain completes the call, but its outcome is unknown.
/// </summary>
internal sealed class ClusterClient(
    IGrainFactory grains, ClusterConnection connection, AdaptiveConcurrencyLimiter limiter, CallFailureLog failures, TimeProvider time)
    : IBindableFromHttpContext<ClusterClient>
{
    /// <summary>How long one call may take before its outcome counts as unknown.</summary>
    public static readonly TimeSpan ResponseTimeout = CallTimeouts.ResponseTimeout;

    /// <summary>How long after its first attempt a failed call is still retried.</summary>
    public static readonly TimeSpan RetryTimeout = TimeSpan.FromSeconds(15);

    /// <summary>The longest delay between two attempts.</summary>
    public static readonly TimeSpan MaxRetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>The <c>Retry-After</c> of a 503.</summary>
    public static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(2);

    /// <summary>From 25 to 50 ms after the first attempt, up to 0.5 to 1 s.</summary>
    private static readonly ExponentialBackoff Backoff = new(TimeSpan.FromMilliseconds(50) * 0.75, MaxRetryDelay * 0.75, Jitter: 1d / 3);

    /// <summary>A client without permits: for calls that many requests wait for, and for those that wait in the cluster itself.</summary>
    public ClusterClient Unthrottled => With(isThrottled: false, Cancellation);

    private bool IsThrottled { get; init; } = true;

    private CancellationToken Cancellation { get; init; }

    /// <summary>Binds the client of a request.</summary>
    public static ValueTask<ClusterClient?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<ClusterClient?>(context.RequestServices.GetRequiredService<ClusterClient>().WithCancellation(context.RequestAborted));

    /// <summary>A client that stops waiting for its calls when the token is cancelled.</summary>
    public ClusterClient WithCancellation(CancellationToken cancellation) => With(IsThrottled, cancellation);

    /// <summary>Makes an idempotent call, and retries it until it is answered.</summary>
    /// <exception cref="ClusterUnavailableException">There was no answer in time; the call may have been carried out.</exception>
    public async Task<T> CallWithRetry<T>(Func<IGrainFactory, Task<T>> call) => (await Call(call, isIdempotent: true)).Answer;

    /// <inheritdoc cref="CallWithRetry{T}"/>
    /// <returns>The answer, and whether an earlier call was sent whose answer was lost: it may have been carried out.</returns>
    public Task<(T Answer, bool WasRetried)> CallReportingRetry<T>(Func<IGrainFactory, Task<T>> call) => Call(call, isIdempotent: true);

    /// <summary>Makes an idempotent call that precedes every change of a request, and retries it until it is answered.</summary>
    /// <exception cref="ClusterUnavailableException">There was no answer in time; the request was not carried out.</exception>
    public async Task<T> CallBeforeChanges<T>(Func<IGrainFactory, Task<T>> call)
    {
        try
        {
            return await CallWithRetry(call);
        }
        catch (ClusterUnavailableException error)
        {
            throw new ClusterUnavailableException(error, wasSent: false);
        }
    }

    /// <summary>Makes a call that must not be repeated: it is retried only if it was certainly not sent.</summary>
    /// <exception cref="ClusterUnavailableException">There was no answer; the call may have been carried out.</exception>
    public async Task<T> CallOnce<T>(Func<IGrainFactory, Task<T>> call) => (await Call(call, isIdempotent: false)).Answer;

    /// <inheritdoc cref="CallOnce{T}"/>
    public Task CallOnce(Func<IGrainFactory, Task> call) => CallOnce(async factory =>
    {
        await call(factory);
        return true;
    });

    /// <summary>True for errors that pass when a silo, the network or the database is back, as opposed to faults in the program.</summary>
    public static bool IsTransient(Exception e) => e switch
    {
        OrleansException or TimeoutException or SocketException or IOException => true,
        CallNotSentException => true,
        UnavailableException => true,                    // thrown by a grain
        OperationCanceledException => true,              // a silo gave up the call: no call from here carries a token
        UnavailableExceptionFallbackException => true,   // a type that only silos know: their storage, not a fault in a grain
        _ => false,
    };

    private ClusterClient With(bool isThrottled, CancellationToken cancellation) =>
        new(grains, connection, limiter, failures, time) { IsThrottled = isThrottled, Cancellation = cancellation };

    private async Task<(T Answer, bool WasRetried)> Call<T>(Func<IGrainFactory, Task<T>> call, bool isIdempotent)
    {
        var startedAt = time.GetTimestamp();
        var wasSent = false;
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (!connection.HasConnected) throw new CallNotSentException("No silo was reached yet; the call was not sent.");

                var answer = await (IsThrottled ? CallThrottled(call, RetryTimeout - time.GetElapsedTime(startedAt)) : call(grains).WaitAsync(Cancellation));
                return (answer, wasSent);
            }
            catch (ClusterUnavailableException) when (wasSent)
            {
                throw new ClusterUnavailableException(cause: null);   // of a grain that no silo has any more
            }
            catch (Exception e) when (IsTransient(e))
            {
                wasSent |= e is not CallNotSentException;
                if (Cancellation.IsCancellationRequested) throw new ClusterUnavailableException(e, wasSent);

                failures.Add(e);
                var delay = Backoff.DelayAfter(attempt);
                if ((wasSent && !isIdempotent) || time.GetElapsedTime(startedAt) + delay > RetryTimeout
                    || !await limiter.TryQueue(() => Task.Delay(delay, time, Cancellation)))
                    throw new ClusterUnavailableException(e, wasSent);
            }
        }
    }

    private async Task<T> CallThrottled<T>(Func<IGrainFactory, Task<T>> call, TimeSpan timeout)
    {
        if (!limiter.TryAcquire() && !await limiter.TryQueue(() => limiter.Acquire(timeout, Cancellation)))
            throw new CallNotSentException("Timed out waiting for a permit to call the cluster; the call was not sent.");

        return await HoldingPermit().WaitAsync(Cancellation);

        // Holds the permit until the call ends, even if nobody waits for it any more: the cluster still works on it.
        async Task<T> HoldingPermit()
        {
            var startedAt = time.GetTimestamp();
            try
            {
                return await call(grains);
            }
            finally
            {
                limiter.Release(time.GetElapsedTime(startedAt));
            }
        }
    }
}
