using System.Text.Json;
using Npgsql;
using OrderFlow.Orders;
using OrderFlow.Silo.Outbox;

namespace OrderFlow.Silo.Postgres;

/// <summary>One write of an order: serialized when it is made, so that nothing may change under it while it waits.</summary>
internal sealed class OrderWrite(OrderState order, OrderEvent? told, bool isNew)
{
    public OrderState Order { get; } = order;

    public bool IsNew { get; } = isNew;

    public string Items { get; } = JsonSerializer.Serialize(order.Items, OrderJson.Default.ImmutableArrayOrderLine);

    public string Transitions { get; } = JsonSerializer.Serialize(
        [.. order.Transitions.Select(StoredTransition.Of)], OrderJson.Default.ImmutableArrayStoredTransition);

    public OutboxRow? Event { get; } = told is null ? null : OutboxRow.Of(told);
}

/// <summary>The statements that write orders and their events.</summary>
internal sealed class OrderStatements : IBatchStatements<OrderWrite>
{
    private const string Insert = """
        INSERT INTO orders (id, user_id, status, items, total_amount, agreed_total, attempt, releasing, transitions, created_at, updated_at, version, request_id)
        SELECT w.id, w.user_id, w.status, w.items::jsonb, w.total_amount, w.agreed_total, w.attempt, w.releasing, w.transitions::jsonb, w.created_at, w.updated_at, w.version, w.request_id
        FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
          AS w (id, user_id, status, items, total_amount, agreed_total, attempt, releasing, transitions, created_at, updated_at, version, request_id)
        """;

    private const string Update = """
        WITH changed AS (
          UPDATE orders o
          SET status = w.status, total_amount = w.total_amount, fail_reason = w.fail_reason, attempt = w.attempt, releasing = w.releasing,
              transitions = w.transitions::jsonb, updated_at = w.updated_at, deleted_at = w.deleted_at, version = w.version
          FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
            AS w (id, status, total_amount, fail_reason, attempt, releasing, transitions, updated_at, deleted_at, version)
          WHERE o.id = w.id AND o.version = w.version - 1
          RETURNING o.id)
        SELECT require_rows(count(*), $11) FROM changed
        """;

    private const string Tell = """
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
            batch.Command(Insert)
                .WithColumn(placed, write => write.Order.Id)
                .WithColumn(placed, write => write.Order.UserId)
                .WithColumn(placed, write => write.Order.Status.ToWireName())
                .WithColumn(placed, write => write.Items)
                .WithColumn(placed, write => write.Order.TotalAmount)
                .WithColumn(placed, write => write.Order.AgreedTotal)
                .WithColumn(placed, write => write.Order.Attempt)
                .WithColumn(placed, write => write.Order.Releasing)
                .WithColumn(placed, write => write.Transitions)
                .WithColumn(placed, write => write.Order.CreatedAt)
                .WithColumn(placed, write => write.Order.UpdatedAt)
                .WithColumn(placed, write => write.Order.Version)
                .WithColumn(placed, write => write.Order.RequestId);
        }

        var changed = writes.Where(write => !write.IsNew).ToList();
        if (changed.Count > 0)
        {
            batch.Command(Update)
                .WithColumn(changed, write => write.Order.Id)
                .WithColumn(changed, write => write.Order.Status.ToWireName())
                .WithColumn(changed, write => write.Order.TotalAmount)
                .WithColumn(changed, write => write.Order.FailReason)
                .WithColumn(changed, write => write.Order.Attempt)
                .WithColumn(changed, write => write.Order.Releasing)
                .WithColumn(changed, write => write.Transitions)
                .WithColumn(changed, write => write.Order.UpdatedAt)
                .WithColumn(changed, write => write.Order.DeletedAt)
                .WithColumn(changed, write => write.Order.Version)
                .With((long)changed.Count);
        }

        var told = writes.Where(write => write.Event is not null).Select(write => write.Event!).ToList();
        if (told.Count > 0)
        {
            batch.Command(Tell)
                .With(OutboxRow.AggregateType)
                .WithColumn(told, row => row.Id)
                .WithColumn(told, row => row.AggregateId)
                .WithColumn(told, row => row.Type)
                .WithColumn(told, row => row.Payload)
                .WithColumn(told, row => row.Partition)
                .WithColumn(told, row => row.OccurredAt)
                .WithColumn(told, row => row.Trace?.TraceParent)
                .WithColumn(told, row => row.Trace?.TraceState);
        }
    }
}
