namespace OrderFlow.Inventory;

/// <summary>A command of an admin: carried out once, and answered again with the answer of the first time.</summary>
internal sealed class StockAdminCommand : StockCommand<StockResult>
{
    private readonly StockOperation _operation;
    private readonly StockMovementKind _kind;
    private readonly string _fingerprint;
    private readonly Func<StockItem?, DateTimeOffset, StockStep<StockResult>> _decide;
    private readonly Func<StockItem, long> _versionOf;
    private StoredStockOperation? _stored;

    /// <param name="operation">What every such command carries.</param>
    /// <param name="kind">The kind of its movement.</param>
    /// <param name="command">The whole command as text, by which another one with the same id is recognized.</param>
    /// <param name="decide">Decides by the rules of <see cref="StockLedger"/>.</param>
    /// <param name="versionOf">The version that its preconditions are about; the item's where null.</param>
    private StockAdminCommand(
        StockOperation operation, StockMovementKind kind, FormattableString command, Func<StockItem?, DateTimeOffset, StockStep<StockResult>> decide,
        Func<StockItem, long>? versionOf = null) =>
        (_operation, _kind, _fingerprint, _decide, _versionOf) = (operation, kind, FormattableString.Invariant(command), decide, versionOf ?? (item => item.Version));

    /// <summary>The operation's id; null where it is not stored, as one of an API of 1.0.0.</summary>
    public string? OperationId => _operation.Id.Length > 0 ? _operation.Id : null;

    public static StockAdminCommand Set(StockOperation operation, string productId, long availableQuantity, decimal unitPrice, long? lowStockThreshold = null) => new(
        operation, StockMovementKind.Set, $"set {availableQuantity} {unitPrice} {lowStockThreshold}",
        (item, now) => StockLedger.Set(item, productId, availableQuantity, unitPrice, lowStockThreshold, now));

    public static StockAdminCommand Restock(StockOperation operation, long quantity) =>
        new(operation, StockMovementKind.Restock, $"restock {quantity}", (item, now) => StockLedger.Add(item, quantity, now));

    public static StockAdminCommand Adjust(StockOperation operation, long delta) =>
        new(operation, StockMovementKind.Adjust, $"adjust {delta} {operation.Reason}", (item, now) => StockLedger.Add(item, delta, now));

    public static StockAdminCommand ChangeSettings(StockOperation operation, decimal unitPrice, long? lowStockThreshold) => new(
        operation, StockMovementKind.Set, $"settings {unitPrice} {lowStockThreshold}",
        (item, now) => StockLedger.ChangeSettings(item, unitPrice, lowStockThreshold, now), item => item.SettingsVersion);

    public static StockAdminCommand Archive(StockOperation operation) => new(operation, StockMovementKind.Archive, $"archive", StockLedger.Archive);

    /// <summary>Notes what was stored when the operation was carried out before.</summary>
    public void Found(StoredStockOperation stored) => _stored = stored;

    public override void ApplyTo(StockBatch batch, DateTimeOffset now)
    {
        if (EarlierIn(batch) is { } earlier)
        {
            Answer = earlier.Fingerprint == _fingerprint
                ? new(Outcome.Ok, _stored?.Answer, WasRepeated: earlier.RequestId != _operation.RequestId)
                : new(Outcome.KeyReused);
            return;
        }

        var step = _decide(batch.Item, now);
        if (step.Answer.Outcome != Outcome.NotFound && !IsAllowed(batch)) step = new(new(Outcome.Stale));
        Answer = batch.Apply(step, new(_kind, OrderId: null, _operation.By.UserId, _operation.Reason));
        if (Answer.Outcome == Outcome.Ok && OperationId is { } id) batch.AddOperation(id, _fingerprint, _operation.RequestId);
    }

    /// <summary>The answer shows the item as it was written: its version covers all commands of the write.</summary>
    public override void Complete(StockItem? written)
    {
        if (Answer is { Outcome: Outcome.Ok } done && _stored is null) Answer = done with { Item = written };
        base.Complete(written);
    }

    private (string Fingerprint, Guid RequestId)? EarlierIn(StockBatch batch) =>
        OperationId is null ? null : _stored is { } stored ? (stored.Fingerprint, stored.RequestId) : batch.OperationOf(OperationId);

    private bool IsAllowed(StockBatch batch)
    {
        var current = batch.Item is { ArchivedAt: null } item ? _versionOf(item) : (long?)null;
        if (_operation.MustBeNew) return current is null;
        if (_operation.MustExist && current is null) return false;
        if (_operation.IfVersion.Versions.IsDefault) return true;

        // No caller knows a version that this write has changed already: of two commands with the same version, one succeeds.
        return current is { } version && batch.Persisted is { } persisted && _versionOf(persisted) == version && _operation.IfVersion.Allows(version);
    }
}
