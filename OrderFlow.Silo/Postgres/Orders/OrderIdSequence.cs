using Npgsql;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Postgres.Orders;

/// <inheritdoc cref="IOrderIdSequence"/>
/// <remarks>A sequence can go back: with a promoted standby, with a restored backup, or by hand.</remarks>
internal sealed partial class OrderIdSequence(NpgsqlDataSource database, TimeProvider time, ILogger<OrderIdSequence> log) : IOrderIdSequence, IDisposable
{
    /// <summary>The ids of a block: one step of the sequence <c>order_ids</c>.</summary>
    public const int BlockSize = 100;

    /// <summary>The ids that are skipped where the sequence was behind: API processes may still hold blocks they got before.</summary>
    public const long SkippedIds = 100 * BlockSize;

    /// <summary>The shortest time between two checks, however many orders meet a taken id.</summary>
    public static readonly TimeSpan MinCheckInterval = TimeSpan.FromMilliseconds(500);

    /// <summary>The advisory lock, exclusive to move the sequence and shared to take from it: "OrderIds" in ASCII.</summary>
    private const long LockKey = 0x4F72646572496473;

    private readonly SemaphoreSlim _checking = new(1);
    private long? _checkedAt;

    public async Task<OrderIdBlock> NextBlock() => new(
        await database.CreateCommand("SELECT nextval('order_ids') FROM pg_advisory_xact_lock_shared($1)").With(LockKey).ReadScalar<long>(), BlockSize);

    public async Task MoveBeyondOrders()
    {
        await _checking.WaitAsync();
        try
        {
            if (_checkedAt is { } last && time.GetElapsedTime(last) < MinCheckInterval) return;

            var now = time.GetTimestamp();
            if (await MoveIfBehind() is { } highest) LogMoved(highest, highest + SkippedIds + BlockSize);
            _checkedAt = now;
        }
        finally
        {
            _checking.Release();
        }
    }

    public void Dispose() => _checking.Dispose();

    /// <summary>Returns the highest order's id where the sequence was behind it, else null. The lock keeps concurrent moves from setting it back.</summary>
    private async Task<long?> MoveIfBehind()
    {
        await using var batch = database.CreateBatch();   // one transaction in one round trip
        batch.Command("SELECT pg_advisory_xact_lock($1)").With(LockKey);
        batch.Command("""
            SELECT highest, setval('order_ids', highest + $1)
            FROM (SELECT max(id) AS highest FROM orders) AS placed, order_ids
            WHERE highest >= last_value + CASE WHEN is_called THEN $2 ELSE 0 END
            """)
            .With(SkippedIds).With((long)BlockSize);
        await using var rows = await batch.ExecuteReaderAsync();
        await rows.NextResultAsync();
        return await rows.ReadAsync() ? rows.GetInt64(0) : null;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The sequence order_ids was behind the highest order {OrderId}; it was moved and continues at {NextId}.")]
    private partial void LogMoved(long orderId, long nextId);
}
