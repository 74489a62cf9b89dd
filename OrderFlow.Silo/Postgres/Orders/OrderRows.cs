using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using Npgsql;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Postgres.Orders;

/// <summary>Reads rows of <c>orders</c>.</summary>
internal static class OrderRows
{
    /// <summary>The columns that <see cref="Read"/> expects, in this order.</summary>
    public const string Columns =
        "id, user_id, status, items, total_amount, agreed_total, fail_reason, attempt, releasing, transitions, created_at, updated_at, deleted_at, version, request_id, "
        + "consuming, reserve_for, expires_at, cancel_reason, tracking, contact_email, contact_locale";

    /// <summary>The name of the table, for errors.</summary>
    public const string Table = "orders";

    public static OrderState Read(NpgsqlDataReader row)
    {
        var (status, unknown) = OrderStatusNames.FromStored(row.GetString(2));
        return new()
        {
            Id = row.GetInt64(0),
            UserId = row.GetString(1),
            Status = status,
            UnknownStatus = unknown,
            Items = Lines(row),
            TotalAmount = row.GetMoney(4),
            AgreedTotal = row.GetDecimalOrNull(5),
            FailReason = row.GetStringOrNull(6),
            Attempt = row.GetInt32(7),
            Releasing = row.GetBoolean(8),
            Transitions = Transitions(row),
            CreatedAt = row.GetTime(10),
            UpdatedAt = row.GetTime(11),
            DeletedAt = row.GetTimeOrNull(12),
            Version = row.GetInt64(13),
            RequestId = row.IsDBNull(14) ? null : row.GetGuid(14),
            Consuming = row.GetBoolean(15),
            ReserveFor = row.IsDBNull(16) ? null : row.GetTimeSpan(16),
            ExpiresAt = ExpiresAt(row, status),
            CancelReason = CancelReason(row, status),
            Tracking = Tracking(row),
            Contact = Contact(row),
        };
    }

    /// <summary>Reads the orders with these ids.</summary>
    public static async Task<IReadOnlyDictionary<long, RowRead<OrderState>>> ReadAll(NpgsqlDataSource database, IReadOnlyList<long> ids) =>
        await database.CreateCommand($"SELECT {Columns} FROM orders WHERE id = ANY ($1)").With(ids.ToArray()).ReadRows()
            .ToDictionaryAsync(row => row.GetInt64(0), row => RowRead.Try(Table, row.GetInt64(0), () => Read(row)));

    /// <summary>
    /// Reads an order for a list, which must not fail for one unreadable row: lines, amount or times that cannot be read are left out and reported.
    /// The database guarantees the types of the other columns.
    /// </summary>
    public static Order ReadForList(NpgsqlDataReader row, UnreadableRowLog? unreadable)
    {
        var id = row.GetInt64(0);
        var (status, unknown) = OrderStatusNames.FromStored(row.GetString(2));
        if (unknown is not null) unreadable?.ReportUnknownStatus(id, unknown);

        return new(
            id, row.GetString(1), OrDefault(() => Lines(row), []), status, OrDefault(() => row.GetMoney(4), 0), OrDefault(() => row.GetTime(10), DateTimeOffset.UnixEpoch),
            OrDefault(() => row.GetTime(11), DateTimeOffset.UnixEpoch), row.GetStringOrNull(6), row.GetInt64(13), unknown,
            OrDefault(() => ExpiresAt(row, status), null), CancelReason(row, status), OrDefault(() => Tracking(row), null), Contact(row));

        T OrDefault<T>(Func<T> read, T fallback)
        {
            try
            {
                return read();
            }
            catch (Exception error) when (RowRead.IsUnreadable(error))
            {
                unreadable?.Report(Table, id.ToString(CultureInfo.InvariantCulture), error.Message);
                return fallback;
            }
        }
    }

    /// <summary>1.0.0 leaves it where it cancels an order.</summary>
    private static DateTimeOffset? ExpiresAt(NpgsqlDataReader row, OrderStatus status) => status == OrderStatus.Reserved ? row.GetTimeOrNull(17) : null;

    /// <summary>1.0.0 stored no reason, and knew only one for orders that are not deleted.</summary>
    private static string? CancelReason(NpgsqlDataReader row, OrderStatus status) =>
        row.GetStringOrNull(18) ?? (status == OrderStatus.Cancelled ? CancelReasons.Cancelled : null);

    private static Tracking? Tracking(NpgsqlDataReader row) =>
        row.GetStringOrNull(19) is { } stored ? JsonSerializer.Deserialize(stored, OrderJson.Default.Tracking) : null;

    private static OrderContact? Contact(NpgsqlDataReader row) =>
        row.IsDBNull(20) && row.IsDBNull(21) ? null : new(row.GetStringOrNull(20), row.GetStringOrNull(21));

    private static ImmutableArray<OrderLine> Lines(NpgsqlDataReader row)
    {
        var lines = JsonSerializer.Deserialize(row.GetString(3), OrderJson.Default.ImmutableArrayOrderLine);
        return !lines.IsDefault && lines.All(line => line is { ProductId: not null }) ? lines : throw new JsonException("items is not a valid list of order lines");
    }

    private static ImmutableArray<OrderTransition> Transitions(NpgsqlDataReader row)
    {
        var stored = JsonSerializer.Deserialize(row.GetString(9), OrderJson.Default.ImmutableArrayStoredTransition);
        return !stored.IsDefault && stored.All(transition => transition is { Status: not null })
            ? [.. stored.Select(transition => transition.ToTransition())]
            : throw new JsonException("transitions is not a valid list of status changes");
    }
}
