using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using OrderFlow.Telemetry;
using Orleans.Storage;

namespace OrderFlow.Inventory;

/// <inheritdoc cref="IStockItemGrain"/>
[GrainType("stock-item")]
internal sealed partial class StockItemGrain(
    [FromKeyedServices(StorageNames.Stock)] IGrainStorage storage,
    IReservations reservations,
    IGrainContext context,
    TimeProvider time,
    ILogger<StockItemGrain> log) : Grain, IStockItemGrain
{
    /// <summary>The most commands that one write covers.</summary>
    public const int BatchLimit = 256;

    /// <summary>The most commands that may wait; whoever comes then is sent away and may ask again.</summary>
    public const int WaitingLimit = 10_000;

    private readonly GrainRecord<StockRecord> _stock = new(storage, "stock-item", context.GrainId);
    private readonly Queue<StockCommand> _waiting = new();
    private bool _writing;
    private Exception? _broken;

    public async Task<StockItem?> Get()
    {
        var item = (await _stock.ReadForQuery())?.Item;
        if (item is null) Leave();
        return item;
    }

    public async Task<StockResult> Set(long availableQuantity, decimal unitPrice, Caller by)
    {
        if (!by.IsAdmin) return new(Outcome.Forbidden, Reason: "only an admin can set stock");

        return await AfterWrite(new SetCommand(this.GetPrimaryKeyString(), availableQuantity, unitPrice));
    }

    public async Task<StockResult> Restock(long quantity, Caller by)
    {
        if (!by.IsAdmin) return new(Outcome.Forbidden, Reason: "only an admin can add stock");

        return await AfterWrite(new RestockCommand(quantity));
    }

    public Task<ReserveResult> Reserve(ReserveStock command) => AfterWrite(new ReserveCommand(command));

    public Task Release(long orderId, int attempt) => AfterWrite(new ReleaseCommand(orderId, attempt));

    /// <summary>Queues the command for the next write. One write is under way at a time; the next covers everything that came meanwhile.</summary>
    private Task<TAnswer> AfterWrite<TAnswer>(StockCommand<TAnswer> command)
    {
        if (_broken is not null) throw Unavailable(_broken.Message);
        if (_waiting.Count >= WaitingLimit) throw Unavailable($"{WaitingLimit} commands are waiting already");

        _waiting.Enqueue(command);
        if (!_writing) WriteWaiting().Ignore();
        return command.Answered;
    }

    private async Task WriteWaiting()
    {
        _writing = true;
        while (_waiting.Count > 0 && _broken is null)
        {
            var commands = new List<StockCommand>(Math.Min(_waiting.Count, BatchLimit));
            while (commands.Count < BatchLimit && _waiting.TryDequeue(out var command)) commands.Add(command);

            try
            {
                await Write(commands);
            }
            catch (Exception error)
            {
                Break(error, commands);
            }
        }

        _writing = false;
        if (_stock.Value?.Item is null) Leave();
    }

    private async Task Write(List<StockCommand> commands)
    {
        using var span = Traces.StartShared("write stock", commands.Select(command => command.Caller));
        await _stock.ReadForUpdate();
        if (!await WriteFirstGrants(commands))
        {
            var found = await Rows(commands);
            commands.RemoveAll(command => FailedFor(command, found.Unreadable));
            var batch = Apply(commands, found.Rows);
            if (batch.HasChanges || MustFence(commands)) await _stock.Write(batch.ToRecord());
        }

        // After the write, so that a refusal rests on nothing but what is persisted: pieces granted a moment ago may come back too.
        if (commands.Exists(command => command.IsShort))
        {
            var couldHave = (_stock.Value?.Item?.AvailableQuantity ?? 0) + await reservations.CountUnsettled(this.GetPrimaryKeyString());
            foreach (var command in commands.Where(command => command.IsShort)) command.JudgeShortage(couldHave);
        }

        // Nothing is answered before the write: an answer may only rest on what is persisted.
        foreach (var command in commands) command.Complete();
    }

    /// <summary>
    /// The usual case, which takes no look for rows: all are granted to first tries. False where it is not that case, or where one has a row after all, as when
    /// it is asked again or its release has overtaken it; nothing was written then.
    /// </summary>
    private async Task<bool> WriteFirstGrants(List<StockCommand> commands)
    {
        var batch = Apply(commands, []);
        if (!commands.TrueForAll(command => command.IsFirstGrant)) return false;

        try
        {
            await _stock.Write(batch.ToRecord() with { MustBeNew = true });
            return true;
        }
        catch (InconsistentStateException)
        {
            await _stock.ReadForUpdate();
            return false;
        }
    }

    private StockBatch Apply(List<StockCommand> commands, IReadOnlyList<StockReservation> rows)
    {
        var batch = new StockBatch(_stock.Value?.Item, rows);
        var now = time.GetUtcMilliseconds();
        foreach (var command in commands) command.ApplyTo(batch, now);
        return batch;
    }

    private async Task<FoundReservations> Rows(List<StockCommand> commands)
    {
        var orderIds = commands.Where(command => command.OrderId is not null).Select(command => command.OrderId!.Value).Distinct().ToArray();
        return orderIds.Length == 0 ? FoundReservations.None : await reservations.Find(this.GetPrimaryKeyString(), orderIds);
    }

    /// <summary>An order whose row cannot be read fails alone.</summary>
    private static bool FailedFor(StockCommand command, IReadOnlyDictionary<long, UnreadableRowException> unreadable)
    {
        if (command.OrderId is not { } orderId || !unreadable.TryGetValue(orderId, out var error)) return false;

        command.Fail(error);
        return true;
    }

    /// <summary>After a write that failed nothing may be built on this activation: what waits is sent away, and the next call finds a fresh one.</summary>
    private void Break(Exception error, List<StockCommand> commands)
    {
        _broken = error;
        LogBroken(this.GetPrimaryKeyString(), commands.Count + _waiting.Count, error.GetType().Name, error.Message);
        DeactivateOnIdle();

        foreach (var command in commands.Concat(_waiting)) command.Fail(error is UnreadableRowException ? error : Unavailable(error.Message));
        _waiting.Clear();
    }

    private UnavailableException Unavailable(string reason) => new($"stock of {this.GetPrimaryKeyString()} cannot be changed now: {reason}");

    /// <summary>
    /// True where a commit that is held up may yet bring back what is short: pieces that were released, by an order that counts as settled by then. A write
    /// that succeeds, be it of the same counts, refuses that commit or finds that it has landed.
    /// </summary>
    private bool MustFence(List<StockCommand> commands) => _stock.MayBeStale && commands.Exists(command => command.IsShort);

    /// <summary>Made-up product ids must not fill the memory.</summary>
    private void Leave()
    {
        if (!_writing) DeactivateOnIdle();
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Stock of {ProductId} could not be written, {Commands} commands are sent away and the grain starts afresh; {Error}: {Reason}")]
    private partial void LogBroken(string productId, int commands, string error, string reason);
}
