using System.Text.Json;
using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Silo.Outbox;

namespace OrderFlow.Silo.Postgres.Orders;

/// <summary>One write of an order, serialized at once so that nothing changes while it waits for its batch.</summary>
internal sealed record OrderWrite(OrderState Order, OrderEvent? Change, bool IsNew)
{
    public string Items { get; } = JsonSerializer.Serialize(Order.Items, OrderJson.Default.ImmutableArrayOrderLine);

    public string Transitions { get; } = JsonSerializer.Serialize(
        [.. Order.Transitions.Select(StoredTransition.Of)], OrderJson.Default.ImmutableArrayStoredTransition);

    public string? Tracking { get; } = Order.Tracking is { } tracking ? JsonSerializer.Serialize(tracking, OrderJson.Default.Tracking) : null;

    public OutboxRow? Event { get; } = Change is null ? null : OutboxRow.Of(Change);
}

/// <summary>The statements that write orders and their events.</summary>
internal sealed class OrderStatements : IBatchStatements<OrderWrite>
{
    private const string InsertOrders = """
        INSERT INTO orders (id, user_id, status, items, total_amount, agreed_total, attempt, releasing, transitions, created_at, updated_at, version, request_id, reserve_for,
          contact_email, contact_locale)
        SELECT w.id, w.user_id, w.status, w.items::jsonb, w.total_amount, w.agreed_total, w.attempt, w.releasing, w.transitions::jsonb, w.created_at, w.updated_at, w.version,
          w.request_id, w.reserve_for, w.contact_email, w.contact_locale
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
          AS w (id, user_id, status, items, total_amount, agreed_total, attempt, releasing, transitions, created_at, updated_at, version, request_id, reserve_for,
            contact_email, contact_locale)
        """;

    private const string InsertProducts = "INSERT INTO order_products (product_id, created_at, order_id) SELECT * FROM unnest($1, $2, $3)";

    private const string UpdateOrders = """
        WITH changed AS (
          UPDATE orders o
          SET status = w.status, total_amount = w.total_amount, fail_reason = w.fail_reason, attempt = w.attempt, releasing = w.releasing,
              transitions = w.transitions::jsonb, updated_at = w.updated_at, deleted_at = w.deleted_at, version = w.version,
              consuming = w.consuming, expires_at = w.expires_at, cancel_reason = w.cancel_reason, tracking = w.tracking::jsonb,
              contact_email = w.contact_email, contact_locale = w.contact_locale
          FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
            AS w (id, status, total_amount, fail_reason, attempt, releasing, transitions, updated_at, deleted_at, version, consuming, expires_at, cancel_reason, tracking,
              contact_email, contact_locale)
          WHERE o.id = w.id AND o.version = w.version - 1
          RETURNING o.id)
        SELECT require_rows(count(*), $17) FROM changed
        """;

    private const string InsertEvents = """
        INSERT INTO outbox (id, aggregatetype, aggregateid, type, payload, partition, occurred_at, traceparent, tracestate)
        SELECT w.id, $1, w.aggregateid, w.type, w.payload::jsonb, w.partition, w.occurred_at, w.traceparent, w.tracestate
        FROM unnest($2, $3, $4, $5, $6, $7, $8, $9) AS w (id, aggregateid, type, payload, partition, occurred_at, traceparent, tracestate)
        """;

    public string Store => "orders";

    public int Compare(OrderWrite? x, OrderWrite? y) => x!.Order.Id.CompareTo(y!.Order.Id);

    public void AddTo(NpgsqlBatch batch, IReadOnlyList<OrderWrite> writes)
    {
        var placed = writes.Where(write => write.IsNew).ToList();
        if (placed.Count > 0)
        {
            AddInserts(batch, placed);
            AddProducts(batch, placed);
        }

        var changed = writes.Where(write => !write.IsNew).ToList();
        if (changed.Count > 0) AddUpdates(batch, changed);

        var events = writes.Where(write => write.Event is not null).Select(write => write.Event!).ToList();
        if (events.Count > 0) AddEvents(batch, events);
    }

    private static void AddInserts(NpgsqlBatch batch, List<OrderWrite> writes) => batch.Command(InsertOrders)
        .WithColumn(writes, write => write.Order.Id)
        .WithColumn(writes, write => write.Order.UserId)
        .WithColumn(writes, write => write.Order.Status.ToWireName())
        .WithColumn(writes, write => write.Items)
        .WithColumn(writes, write => write.Order.TotalAmount)
        .WithColumn(writes, write => write.Order.AgreedTotal)
        .WithColumn(writes, write => write.Order.Attempt)
        .WithColumn(writes, write => write.Order.Releasing)
        .WithColumn(writes, write => write.Transitions)
        .WithColumn(writes, write => write.Order.CreatedAt)
        .WithColumn(writes, write => write.Order.UpdatedAt)
        .WithColumn(writes, write => write.Order.Version)
        .WithColumn(writes, write => write.Order.RequestId)
        .WithColumn(writes, write => write.Order.ReserveFor)
        .WithColumn(writes, write => write.Order.Contact?.Email)
        .WithColumn(writes, write => write.Order.Contact?.Locale);

    private static void AddProducts(NpgsqlBatch batch, List<OrderWrite> writes)
    {
        var products = writes.SelectMany(write => write.Order.QuantityByProduct, (write, product) => (product.ProductId, write.Order.CreatedAt, write.Order.Id)).ToList();
        batch.Command(InsertProducts)
            .WithColumn(products, product => product.ProductId)
            .WithColumn(products, product => product.CreatedAt)
            .WithColumn(products, product => product.Id);
    }

    private static void AddUpdates(NpgsqlBatch batch, List<OrderWrite> writes) => batch.Command(UpdateOrders)
        .WithColumn(writes, write => write.Order.Id)
        .WithColumn(writes, write => write.Order.Status.ToWireName())
        .WithColumn(writes, write => write.Order.TotalAmount)
        .WithColumn(writes, write => write.Order.FailReason)
        .WithColumn(writes, write => write.Order.Attempt)
        .WithColumn(writes, write => write.Order.Releasing)
        .WithColumn(writes, write => write.Transitions)
        .WithColumn(writes, write => write.Order.UpdatedAt)
        .WithColumn(writes, write => write.Order.DeletedAt)
        .WithColumn(writes, write => write.Order.Version)
        .WithColumn(writes, write => write.Order.Consuming)
        .WithColumn(writes, write => write.Order.ExpiresAt)
        .WithColumn(writes, write => write.Order.CancelReason)
        .WithColumn(writes, write => write.Tracking)
        .WithColumn(writes, write => write.Order.Contact?.Email)
        .WithColumn(writes, write => write.Order.Contact?.Locale)
        .With((long)writes.Count);

    private static void AddEvents(NpgsqlBatch batch, List<OutboxRow> events) => batch.Command(InsertEvents)
        .With(OutboxRow.AggregateType)
        .WithColumn(events, row => row.Id)
        .WithColumn(events, row => row.AggregateId)
        .WithColumn(events, row => row.Type)
        .WithColumn(events, row => row.Payload)
        .WithColumn(events, row => row.Partition)
        .WithColumn(events, row => row.OccurredAt)
        .WithColumn(events, row => row.Trace?.TraceParent)
        .WithColumn(events, row => row.Trace?.TraceState);
}
