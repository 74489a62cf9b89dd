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
    IStockOperations operations,
    IGrainContext context,
    StockMetrics metrics,
    RollingUpgrade upgrade,
    TimeProvider time,
    ILogger<StockItemGrain> log) : Grain, IStockItemGrain, IStockFulfilmentGrain, IStockAdminGrain
{
    /// <summary>The most commands that one write covers.</summary>
    public const int MaxBatchSize = 256;

    /// <summary>The most commands in the queue; beyond it calls fail with <see cref="UnavailableException"/>.</summary>
    public const int MaxQueueLength = 10_000;

    private readonly GrainRecord<StockRecord> _stock = new(storage, "stock-item", context.GrainId);
    private readonly Queue<StockCommand> _queue = new();
    private bool _writing;
    private Exception? _writeError;

    public async Task<StockItem?> Get()
    {
        var item = (await _stock.ReadForQuery())?.Item;
        if (item is null && !_writing) DeactivateOnIdle();   // made-up product ids must not fill the memory
        return item is { ArchivedAt: null } ? item : null;
    }

    public Task<StockResult> Set(long availableQuantity, decimal unitPrice, Caller by) => Set(Unstored(by), availableQuantity, unitPrice, lowStockThreshold: null);

    public Task<StockResult> Restock(long quantity, Caller by) => Restock(Unstored(by), quantity);

    public Task<StockResult> Set(StockOperation operation, long availableQuantity, decimal unitPrice, long? lowStockThreshold) =>
        Execute(operation, StockAdminCommand.Set(operation, this.GetPrimaryKeyString(), availableQuantity, unitPrice, lowStockThreshold));

    public Task<StockResult> Restock(StockOperation operation, long quantity) => Execute(operation, StockAdminCommand.Restock(operation, quantity));

    public Task<StockResult> Adjust(StockOperation operation, long delta) => Execute(operation, StockAdminCommand.Adjust(operation, delta));

    public Task<StockResult> ChangeSettings(StockOperation operation, decimal unitPrice, long? lowStockThreshold) =>
        Execute(operation, StockAdminCommand.ChangeSettings(operation, unitPrice, lowStockThreshold));

    public Task<StockResult> Archive(StockOperation operation) => upgrade.IsComplete()
        ? Execute(operation, StockAdminCommand.Archive(operation))
        : Task.FromResult(new StockResult(Outcome.Unsupported));   // a silo of 1.0.0 would list it, and set its units without restoring it

    public Task RecordChanges() => Enqueue(new RecordChangesCommand());

    public Task<ReserveResult> Reserve(ReserveStock command) => Enqueue(new ReserveCommand(command));

    public Task Release(long orderId, int attempt) => Enqueue(new ReleaseCommand(orderId, attempt));

    public async Task Consume(long orderId, int attempt)
    {
        var outcome = await Enqueue(new ConsumeCommand(orderId, attempt));
        metrics.Consumed(outcome);
        if (outcome == ConsumeOutcome.Released) LogNotConsumed(orderId, this.GetPrimaryKeyString(), attempt);
    }

    /// <summary>A command of an API of 1.0.0, which does not repeat any.</summary>
    private static StockOperation Unstored(Caller by) => new(Id: "", by);

    private Task<StockResult> Execute(StockOperation operation, StockAdminCommand command) => operation.By.IsAdmin
        ? Enqueue(command)
        : Task.FromResult(new StockResult(Outcome.Forbidden, Reason: "only an admin can change stock"));

    /// <summary>Queues the command for the next write. Writes run one at a time; the next covers all commands that came meanwhile.</summary>
    private Task<TAnswer> Enqueue<TAnswer>(StockCommand<TAnswer> command)
    {
        if (_writeError is not null) throw Unavailable(_writeError.Message);
        if (_queue.Count >= MaxQueueLength) throw Unavailable($"{MaxQueueLength} commands are queued already");

        _queue.Enqueue(command);
        if (!_writing) WriteQueued().Ignore();
        return command.Answered;
    }

    private async Task WriteQueued()
    {
        _writing = true;
        while (_queue.Count > 0 && _writeError is null)
        {
            var commands = new List<StockCommand>(Math.Min(_queue.Count, MaxBatchSize));
            while (commands.Count < MaxBatchSize && _queue.TryDequeue(out var command)) commands.Add(command);

            try
            {
                await Write(commands);
            }
            catch (Exception error)
            {
                FailAll(error, commands);
            }
        }

        _writing = false;
        if (_stock.Value?.Item is null) DeactivateOnIdle();
    }

    private async Task Write(List<StockCommand> commands)
    {
        using var span = Traces.StartShared("write stock", commands.Select(command => command.Span));
        await _stock.ReadForUpdate();
        if (!await TryWriteFirstGrants(commands))
        {
            var found = await FindReservations(commands);
            commands.RemoveAll(command => FailedAsUnreadable(command, found.Unreadable));
            await FindOperations(commands);
            var batch = Apply(commands, found.Rows);
            if (batch.HasChanges || MustFence(commands)) await _stock.Write(batch.ToRecord());
        }

        // After the write, because a refusal must rest on persisted state: units that this batch granted may be released too.
        var insufficient = Insufficient(commands).ToList();
        if (insufficient.Count > 0)
        {
            var attainable = (_stock.Value?.Item?.AvailableQuantity ?? 0) + await reservations.CountUnsettled(this.GetPrimaryKeyString());
            insufficient.ForEach(reserve => reserve.CheckContention(attainable));
        }

        // After the write: no answer may rest on state that is not persisted.
        foreach (var command in commands) command.Complete(_stock.Value?.Item);
    }

    /// <summary>
    /// Writes without reading rows where all commands are granted first attempts, which is the usual case. False, with nothing written, where they are not,
    /// or where a row exists after all: a call was repeated, or a release has overtaken its reserve.
    /// </summary>
    private async Task<bool> TryWriteFirstGrants(List<StockCommand> commands)
    {
        var batch = Apply(commands, []);
        if (!commands.TrueForAll(command => command is ReserveCommand { IsFirstGrant: true })) return false;

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
        var now = time.GetUtcMilliseconds();
        var batch = new StockBatch(_stock.Value, rows, now);
        foreach (var command in commands) command.ApplyTo(batch, now);
        return batch;
    }

    private async Task<FoundReservations> FindReservations(List<StockCommand> commands)
    {
        var orderIds = commands.Select(command => command.OrderId).OfType<long>().Distinct().ToArray();
        return orderIds.Length == 0 ? FoundReservations.None : await reservations.Find(this.GetPrimaryKeyString(), orderIds);
    }

    private async Task FindOperations(List<StockCommand> commands)
    {
        var stored = commands.OfType<StockAdminCommand>().Where(command => command.OperationId is not null).ToLookup(command => command.OperationId!, StringComparer.Ordinal);
        if (stored.Count == 0) return;

        foreach (var operation in await operations.Find(this.GetPrimaryKeyString(), [.. stored.Select(commands => commands.Key)]))
        foreach (var command in stored[operation.Id])
            command.Found(operation);
    }

    /// <summary>Fails only the command whose order's row cannot be read.</summary>
    private static bool FailedAsUnreadable(StockCommand command, IReadOnlyDictionary<long, UnreadableRowException> unreadable)
    {
        if (command.OrderId is not { } orderId || !unreadable.TryGetValue(orderId, out var error)) return false;

        command.Fail(error);
        return true;
    }

    /// <summary>Fails all commands after a failed write, whose outcome is unknown; the next call activates the grain again, which reloads.</summary>
    private void FailAll(Exception error, List<StockCommand> commands)
    {
        _writeError = error;
        LogWriteFailed(this.GetPrimaryKeyString(), commands.Count + _queue.Count, error.GetType().Name, error.FullMessage());
        DeactivateOnIdle();

        foreach (var command in commands.Concat(_queue)) command.Fail(error is UnreadableRowException ? error : Unavailable(error.FullMessage()));
        _queue.Clear();
    }

    private UnavailableException Unavailable(string reason) => new($"stock of {this.GetPrimaryKeyString()} cannot be changed now: {reason}");

    /// <summary>
    /// True where a commit that is held up may still release units, and settle their order, after an insufficient answer. A write, even of unchanged counts,
    /// makes that commit fail or conflicts with it.
    /// </summary>
    private bool MustFence(List<StockCommand> commands) => _stock.MayBeStale && Insufficient(commands).Any();

    private static IEnumerable<ReserveCommand> Insufficient(List<StockCommand> commands) =>
        commands.OfType<ReserveCommand>().Where(reserve => reserve.IsInsufficient);

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "Fulfilled order {OrderId} consumed no units of {ProductId}: the reservation of its attempt {Attempt} is released")]
    private partial void LogNotConsumed(long orderId, string productId, int attempt);

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "Stock of {ProductId} could not be written; its {Commands} queued commands failed and the grain will reload. {Error}: {Reason}")]
    private partial void LogWriteFailed(string productId, int commands, string error, string reason);
}
