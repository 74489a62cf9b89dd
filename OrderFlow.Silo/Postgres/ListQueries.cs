using System.Threading.RateLimiting;
using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// Runs what lists read: few at once on connections of their own, so that whoever lists a lot slows no order down; and each for less time than its caller waits,
/// so that none runs beside its own repeat.
/// </summary>
internal sealed class ListQueries(NpgsqlDataSource database) : IDisposable
{
    /// <summary>The most that run at once in a silo, and the connections there are for them.</summary>
    public const int MaxRunning = 2;

    /// <summary>The most that wait for a permit.</summary>
    public const int QueueLimit = 256;

    /// <summary>How long one may wait and run; below the 5 s after which the API gives a call up and repeats it.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(4);

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
        using var timeout = new CancellationTokenSource(Timeout);
        try
        {
            using var permit = await _permits.AcquireAsync(1, timeout.Token);
            return permit.IsAcquired
                ? await query(database, timeout.Token)
                : throw new UnavailableException($"the list was not read: {QueueLimit} others wait to be read");
        }
        catch (OperationCanceledException) when (timeout.IsCancellationRequested)
        {
            throw new UnavailableException($"the list was not read within {Timeout.TotalSeconds:0} s");
        }
    }

    public void Dispose() => _permits.Dispose();
}
