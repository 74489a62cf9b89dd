using System.Threading.RateLimiting;
using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Runs what lists read: few at once on connections of their own, with a rest between them, so that whoever lists a lot slows no order down; and each for less
/// time than its caller waits, so that none runs beside its own repeat.
/// </summary>
internal sealed class ListQueries(NpgsqlDataSource database, TimeProvider time) : IDisposable
{
    /// <summary>The most that run at once in a silo, and the connections there are for them.</summary>
    public const int MaxRunning = 2;

    /// <summary>The most that wait for a permit.</summary>
    public const int QueueLimit = 256;

    /// <summary>How long one may wait and run; below the 5 s after which the API gives a call up and repeats it.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

    /// <summary>A permit rests so many times as long as its query ran: the slower the database is, the more of it is left to orders.</summary>
    public const int RestFactor = 3;

    /// <summary>The longest such rest.</summary>
    public static readonly TimeSpan MaxRest = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrencyLimiter _permits = new(new()
    {
        PermitLimit = MaxRunning,
        QueueLimit = QueueLimit,
        QueueProcessingOrder = QueueProcessingOrder.OldestFirst,
    });

    /// <summary>Runs a query when it has a permit.</summary>
    /// <exception cref="UnavailableException">Too many wait already, or the time was up.</exception>
    public async Task<T> Run<T>(Func<NpgsqlDataSource, CancellationToken, Task<T>> query)
    {
        using var timeout = new CancellationTokenSource(Timeout, time);
        try
        {
            var permit = await _permits.AcquireAsync(1, timeout.Token);
            if (!permit.IsAcquired) throw new UnavailableException($"the list was not read: {QueueLimit} others wait to be read");

            var began = time.GetTimestamp();
            try
            {
                return await query(database, timeout.Token);
            }
            finally
            {
                _ = Rest(permit, time.GetElapsedTime(began));   // the caller has its answer meanwhile
            }
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new UnavailableException($"the list was not read within {Timeout.TotalSeconds:0} s");
        }
    }

    public void Dispose() => _permits.Dispose();

    private async Task Rest(RateLimitLease permit, TimeSpan ran)
    {
        var rest = ran * RestFactor;
        await Task.Delay(rest < MaxRest ? rest : MaxRest, time);
        permit.Dispose();
    }
}
