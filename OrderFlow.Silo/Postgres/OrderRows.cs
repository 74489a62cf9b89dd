using System.Text.Json;
using Npgsql;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Postgres;

/// <summary>How a row of <c>orders</c> is read.</summary>
internal static class OrderRows
{
    /// <summary>The columns <see cref="Read"/> expects, in its order.</summary>
    public const string Columns =
        "id, user_id, status, items, total_amount, agreed_total, fail_reason, attempt, releasing, transitions, created_at, updated_at, deleted_at, version, request_id";

    public static OrderState Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetInt64(0),
        UserId = row.GetString(1),
        Status = OrderStatusNames.FromWireName(row.GetString(2)) ?? throw new InvalidOperationException($"order {row.GetInt64(0)} has the status {row.GetString(2)}"),
        Items = JsonSerializer.Deserialize(row.GetString(3), OrderJson.Default.ImmutableArrayOrderLine),
        TotalAmount = row.GetMoney(4),
        AgreedTotal = row.GetDecimalOrNull(5),
        FailReason = row.GetStringOrNull(6),
        Attempt = row.GetInt32(7),
        Releasing = row.GetBoolean(8),
        Transitions = JsonSerializer.Deserialize(row.GetString(9), OrderJson.Default.ImmutableArrayOrderTransition),
        CreatedAt = row.GetTime(10),
        UpdatedAt = row.GetTime(11),
        DeletedAt = row.GetTimeOrNull(12),
        Version = row.GetInt64(13),
        RequestId = row.IsDBNull(14) ? null : row.GetGuid(14),
    };

    /// <summary>The orders with these ids.</summary>
    public static async Task<IReadOnlyDictionary<long, OrderState>> ReadAll(NpgsqlDataSource database, IReadOnlyList<long> ids)
    {
        await using var command = database.CreateCommand($"SELECT {Columns} FROM orders WHERE id = ANY ($1)").With(ids.ToArray());
        await using var rows = await command.ExecuteReaderAsync();
        var found = new Dictionary<long, OrderState>(ids.Count);
        while (await rows.ReadAsync()) found[rows.GetInt64(0)] = Read(rows);
        return found;
    }
}
