using System.Text.Json;
using System.Text.Json.Serialization;
using Npgsql;
using OrderFlow.Inventory;
using OrderFlow.Silo.Outbox;

namespace OrderFlow.Silo.Postgres.Inventory;

/// <summary>One write of a stock item.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Record">What to write.</param>
/// <param name="Version">The new version; the first is 1.</param>
internal sealed record StockWrite(string ProductId, StockRecord Record, long Version)
{
    public StockItem? Item => Record.Item;

    public StockOutboxRow? Event { get; } = Record.Event is { } @event ? StockOutboxRow.Of(@event) : null;
}

/// <summary>The statements that write stock items and all that changes with them.</summary>
internal sealed class StockStatements : IBatchStatements<StockWrite>
{
    private const string InsertItems = """
        INSERT INTO stock_items (product_id, available_quantity, reserved_quantity, version, updated_at, is_low, unit_price, low_stock_threshold, settings_version,
          recorded_available, recorded_reserved)
        SELECT product_id, available, reserved, version, updated_at, is_low, unit_price, threshold, settings_version, available, reserved
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) AS w (product_id, available, reserved, version, updated_at, is_low, unit_price, threshold, settings_version)
        """;

    private const string UpdateCounts = """
        WITH changed AS (
          UPDATE stock_items s
          SET available_quantity = w.available, reserved_quantity = w.reserved, version = w.version, updated_at = w.updated_at, is_low = w.is_low,
            recorded_available = w.available, recorded_reserved = w.reserved
          FROM unnest($1, $2, $3, $4, $5, $6) AS w (product_id, available, reserved, version, updated_at, is_low)
          WHERE s.product_id = w.product_id AND s.version = w.version - 1
          RETURNING s.product_id)
        SELECT require_rows(count(*), $7) FROM changed
        """;

    /// <summary>Few writes need it, and the trigger on <c>archived_at</c> is spared the others.</summary>
    private const string UpdateSettings = """
        UPDATE stock_items s
        SET unit_price = w.unit_price, low_stock_threshold = w.threshold, settings_version = w.settings_version, archived_at = w.archived_at
        FROM unnest($1, $2, $3, $4, $5) AS w (product_id, unit_price, threshold, settings_version, archived_at)
        WHERE s.product_id = w.product_id
        """;

    private const string RequireNoItems = "SELECT require_rows(count(*), 0) FROM stock_items WHERE product_id = ANY ($1)";

    private const string InsertReservations = """
        INSERT INTO stock_reservations (product_id, order_id, attempt, quantity, unit_price, tentative, released_at, consumed)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8)
        """;

    private const string UpsertReservations = $"""
        {InsertReservations}
        ON CONFLICT (product_id, order_id) DO UPDATE
        SET attempt = excluded.attempt, quantity = excluded.quantity, unit_price = excluded.unit_price,
            tentative = excluded.tentative, released_at = excluded.released_at, consumed = excluded.consumed
        """;

    private const string InsertMovements = """
        INSERT INTO stock_movements (product_id, version, ordinal, kind, available_delta, reserved_delta, occurred_at, order_id, actor, reason)
        SELECT * FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        """;

    private const string InsertOperations = """
        INSERT INTO stock_operations (product_id, id, fingerprint, request_id, answer, used_at)
        SELECT w.product_id, w.id, w.fingerprint, w.request_id, w.answer::jsonb, w.used_at
        FROM unnest($1, $2, $3, $4, $5, $6) AS w (product_id, id, fingerprint, request_id, answer, used_at)
        """;

    private const string InsertEvents = """
        INSERT INTO stock_outbox (id, product_id, type, payload, partition, occurred_at, traceparent, tracestate)
        SELECT w.id, w.product_id, w.type, w.payload::jsonb, w.partition, w.occurred_at, w.traceparent, w.tracestate
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8) AS w (id, product_id, type, payload, partition, occurred_at, traceparent, tracestate)
        """;

    public string Store => "stock";

    public int Compare(StockWrite? x, StockWrite? y) => string.CompareOrdinal(x!.ProductId, y!.ProductId);

    public void AddTo(NpgsqlBatch batch, IReadOnlyList<StockWrite> writes)
    {
        var created = writes.Where(write => write is { Item: not null, Version: 1 }).ToList();
        if (created.Count > 0) AddSettings(AddCounts(batch.Command(InsertItems), created), created);

        var changed = writes.Where(write => write is { Item: not null, Version: > 1 }).ToList();
        if (changed.Count > 0) AddCounts(batch.Command(UpdateCounts), changed).With((long)changed.Count);

        // A new item has its settings already, but cannot be archived before it is there.
        var configured = writes.Where(write => write is { Item: not null, Record.HasNewSettings: true } && (write.Version > 1 || write.Item.ArchivedAt is not null)).ToList();
        if (configured.Count > 0)
            AddSettings(batch.Command(UpdateSettings).WithColumn(configured, write => write.ProductId), configured).WithColumn(configured, write => write.Item!.ArchivedAt);

        var absent = writes.Where(write => write.Item is null).ToList();
        if (absent.Count > 0) batch.Command(RequireNoItems).WithColumn(absent, write => write.ProductId);

        AddReservations(batch, InsertReservations, writes.Where(write => write.Record.MustBeNew));
        AddReservations(batch, UpsertReservations, writes.Where(write => !write.Record.MustBeNew));
        AddMovements(batch, writes);
        AddOperations(batch, writes);
        AddEvents(batch, [.. writes.Select(write => write.Event).OfType<StockOutboxRow>()]);
    }

    private static void AddReservations(NpgsqlBatch batch, string statement, IEnumerable<StockWrite> writes)
    {
        var rows = writes.SelectMany(write => write.Record.Reservations, (write, row) => (write.ProductId, Row: row)).ToList();
        if (rows.Count == 0) return;

        batch.Command(statement)
            .WithColumn(rows, row => row.ProductId)
            .WithColumn(rows, row => row.Row.OrderId)
            .WithColumn(rows, row => row.Row.Attempt)
            .WithColumn(rows, row => row.Row.Quantity)
            .WithColumn(rows, row => row.Row.UnitPrice)
            .WithColumn(rows, row => row.Row.Tentative)
            .WithColumn(rows, row => row.Row.ReleasedAt)
            .WithColumn(rows, row => row.Row.Consumed);
    }

    private static void AddMovements(NpgsqlBatch batch, IReadOnlyList<StockWrite> writes)
    {
        var rows = writes.SelectMany(write => write.Record.Movements, (write, movement) => (write.ProductId, Row: movement)).ToList();
        if (rows.Count == 0) return;

        batch.Command(InsertMovements)
            .WithColumn(rows, row => row.ProductId)
            .WithColumn(rows, row => row.Row.Version)
            .WithColumn(rows, row => row.Row.Ordinal)
            .WithColumn(rows, row => row.Row.Kind.ToName())
            .WithColumn(rows, row => row.Row.AvailableDelta)
            .WithColumn(rows, row => row.Row.ReservedDelta)
            .WithColumn(rows, row => row.Row.OccurredAt)
            .WithColumn(rows, row => row.Row.OrderId)
            .WithColumn(rows, row => row.Row.Actor)
            .WithColumn(rows, row => row.Row.Reason);
    }

    private static void AddOperations(NpgsqlBatch batch, IReadOnlyList<StockWrite> writes)
    {
        var rows = writes.SelectMany(write => write.Record.Operations, (write, operation) => (write.ProductId, Row: operation)).ToList();
        if (rows.Count == 0) return;

        batch.Command(InsertOperations)
            .WithColumn(rows, row => row.ProductId)
            .WithColumn(rows, row => row.Row.Id)
            .WithColumn(rows, row => row.Row.Fingerprint)
            .WithColumn(rows, row => row.Row.RequestId)
            .WithColumn(rows, row => JsonSerializer.Serialize(row.Row.Answer, StockJson.Default.StockItem))
            .WithColumn(rows, row => row.Row.UsedAt);
    }

    private static void AddEvents(NpgsqlBatch batch, List<StockOutboxRow> rows)
    {
        if (rows.Count == 0) return;

        batch.Command(InsertEvents)
            .WithColumn(rows, row => row.Id)
            .WithColumn(rows, row => row.ProductId)
            .WithColumn(rows, row => row.Type)
            .WithColumn(rows, row => row.Payload)
            .WithColumn(rows, row => row.Partition)
            .WithColumn(rows, row => row.OccurredAt)
            .WithColumn(rows, row => row.Trace?.TraceParent)
            .WithColumn(rows, row => row.Trace?.TraceState);
    }

    private static NpgsqlBatchCommand AddCounts(NpgsqlBatchCommand command, List<StockWrite> writes) => command
        .WithColumn(writes, write => write.ProductId)
        .WithColumn(writes, write => write.Item!.AvailableQuantity)
        .WithColumn(writes, write => write.Item!.ReservedQuantity)
        .WithColumn(writes, write => write.Version)
        .WithColumn(writes, write => write.Item!.UpdatedAt)
        .WithColumn(writes, write => write.Record.IsAnnouncedLow);

    private static NpgsqlBatchCommand AddSettings(NpgsqlBatchCommand command, List<StockWrite> writes) => command
        .WithColumn(writes, write => write.Item!.UnitPrice)
        .WithColumn(writes, write => write.Item!.LowStockThreshold)
        .WithColumn(writes, write => write.Item!.SettingsVersion);
}

/// <summary>JSON of the columns <c>stock_operations.answer</c> and <c>stock_outbox.payload</c>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, Converters = [typeof(Orders.UtcTimeJson)])]
[JsonSerializable(typeof(StockItem))]
[JsonSerializable(typeof(StockLevelChanged))]
internal sealed partial class StockJson : JsonSerializerContext;
