using System.Threading.RateLimiting;
using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Limits the queries of lists, so that they do not slow orders down: a few at once, on connections of their own, with a cooldown after each. Each ends before
/// its caller times out, so that none runs beside its own retry.
/// </summary>
internal sealed class ListQueryLimiter(NpgsqlDataSource database, TimeProvider time) : IDisposable
{
    /// <summary>The most queries that run at once in a silo, and the number of their connections.</summary>
    public const int MaxConcurrency = 2;

    /// <summary>The most queries that wait for a permit.</summary>
    public const int QueueLimit = 256;

    /// <summary>How long a query may wait and run; below the 5 s after which the API times out and retries.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    /// <summary>The cooldown of a permit, in multiples of the time its query ran: the slower the database is, the more of it is left to orders.</summary>
    public const int CooldownFactor = 3;

    public static readonly TimeSpan MaxCooldown = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrencyLimiter _permits = new(new()
    {
        PermitLimit = MaxConcurrency,
        QueueLimit = QueueLimit,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Runs a query once it has a permit.</summary>
    /// <exception cref="UnavailableException">The queue is full, or the query took too long.</exception>
    public async Task<T> Run<T>(Func<NpgsqlDataSource, CancellationToken, Task<T>> query)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        try
        {
            var permit = await _permits.AcquireAsync(1, timeout.Token);
            if (!permit.IsAcquired) throw new UnavailableException($"The list was not read: {QueueLimit} other queries wait already.");

            var began = time.GetTimestamp();
            try
            {
                return await query(database, timeout.Token);
            }
            finally
            {
                _ = ReleaseAfterCooldown(permit, time.GetElapsedTime(began));   // not awaited: the caller gets its answer now
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new UnavailableException($"The list was not read within {Timeout.TotalSeconds:0} s.");
        }
    }

    public void Dispose() => _permits.Dispose();

    private async Task ReleaseAfterCooldown(RateLimitLease permit, TimeSpan ran)
    {
        var cooldown = ran * CooldownFactor;
        await Task.Delay(cooldown < MaxCooldown ? cooldown : MaxCooldown, time);
        permit.Dispose();
    }
}
