using Npgsql;
using OrderFlow.Inventory;

namespace OrderFlow.Silo.Postgres.Inventory;

/// <inheritdoc cref="IReservations"/>
internal sealed class Reservations : IReservations, IAsyncDisposable
{
    // OFFSET 0 keeps the planner on look-ups by key, whatever it estimates of the tables' sizes.
    private const string FindSql = """
        SELECT r.product_id, r.order_id, r.attempt, r.quantity, r.unit_price, r.tentative, r.released_at, r.consumed
        FROM unnest($1, $2) AS w (product_id, order_id),
          LATERAL (SELECT * FROM stock_reservations s WHERE s.product_id = w.product_id AND s.order_id = w.order_id OFFSET 0) AS r
        """;

    private const string CountUnsettledSql = """
        WITH unsettled AS MATERIALIZED (SELECT id, releasing FROM orders WHERE status = 'pending' OR releasing)
        SELECT w.product_id, sum(r.quantity)::bigint
        FROM unnest($1) AS w (product_id), unsettled AS o,
          LATERAL (SELECT * FROM stock_reservations s WHERE s.product_id = w.product_id AND s.order_id = o.id OFFSET 0) AS r
        WHERE r.released_at IS NULL AND (r.tentative OR o.releasing)
        GROUP BY w.product_id
        """;

    private readonly GroupRead<ReservationsOfProduct, FoundReservations> _finds;
    private readonly GroupRead<string, long> _unsettled;

    public Reservations(NpgsqlDataSource database)
    {
        _finds = new(database, "read reservations", FindAll);
        _unsettled = new(database, "read unsettled reservations", CountAllUnsettled);
    }

    public async Task<FoundReservations> Find(string productId, IReadOnlyList<long> orderIds) =>
        await _finds.Read(new(productId, orderIds)) ?? FoundReservations.None;

    public Task<long> CountUnsettled(string productId) => _unsettled.Read(productId);

    public async ValueTask DisposeAsync()
    {
        await _finds.DisposeAsync();
        await _unsettled.DisposeAsync();
    }

    private static async Task<IReadOnlyDictionary<ReservationsOfProduct, RowRead<FoundReservations>>> FindAll(
        NpgsqlDataSource database, IReadOnlyList<ReservationsOfProduct> wanted)
    {
        var pairs = wanted.SelectMany(product => product.OrderIds, (product, orderId) => (product.ProductId, OrderId: orderId)).ToList();

        // A batch holds a product once: its grain runs one write at a time.
        var found = wanted.ToDictionary(product => product.ProductId, _ => new List<StockReservation>(), StringComparer.Ordinal);
        var unreadable = wanted.ToDictionary(product => product.ProductId, _ => new Dictionary<long, UnreadableRowException>(), StringComparer.Ordinal);
        await foreach (var rows in database.CreateCommand(FindSql)
            .With(pairs.ConvertAll(pair => pair.ProductId).ToArray())
            .With(pairs.ConvertAll(pair => pair.OrderId).ToArray()).ReadRows())
        {
            var (productId, orderId) = (rows.GetString(0), rows.GetInt64(1));
            var (row, error) = RowRead.Try("stock_reservations", (productId, orderId), () => Read(rows));
            if (error is null) found[productId].Add(row!);
            else unreadable[productId].Add(orderId, error);
        }

        return wanted.ToDictionary(
            product => product, product => new RowRead<FoundReservations>(new(found[product.ProductId], unreadable[product.ProductId]), null));
    }

    private static StockReservation Read(NpgsqlDataReader row) =>
        new(row.GetInt64(1), row.GetInt32(2), row.GetInt64(3), row.GetMoney(4), row.GetBoolean(5), row.GetTimeOrNull(6), row.GetBoolean(7));

    private static async Task<IReadOnlyDictionary<string, RowRead<long>>> CountAllUnsettled(NpgsqlDataSource database, IReadOnlyList<string> productIds) =>
        await database.CreateCommand(CountUnsettledSql).With(productIds.Distinct(StringComparer.Ordinal).ToArray())
            .ReadRows().ToDictionaryAsync(row => row.GetString(0), row => new RowRead<long>(row.GetInt64(1), null), StringComparer.Ordinal);

    private sealed record ReservationsOfProduct(string ProductId, IReadOnlyList<long> OrderIds);
}
