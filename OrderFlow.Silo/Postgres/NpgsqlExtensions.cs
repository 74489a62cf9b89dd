using System.Collections.Immutable;
using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>Adds positional parameters in the order of <c>$1</c>, <c>$2</c>, …, and reads columns.</summary>
internal static class NpgsqlExtensions
{
    public static NpgsqlBatchCommand Command(this NpgsqlBatch batch, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        batch.BatchCommands.Add(command);
        return command;
    }

    public static NpgsqlBatchCommand With<T>(this NpgsqlBatchCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    /// <summary>Adds one array with a column of all rows, for <c>unnest</c>.</summary>
    public static NpgsqlBatchCommand WithColumn<TRow, T>(this NpgsqlBatchCommand command, IReadOnlyList<TRow> rows, Func<TRow, T> column)
    {
        var values = new T[rows.Count];
        for (var i = 0; i < values.Length; i++) values[i] = column(rows[i]);
        return command.With(values);
    }

    public static NpgsqlCommand With<T>(this NpgsqlCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    /// <summary>Runs a batch whose first result is the total and whose second result is the rows of a page.</summary>
    public static async Task<Page<T>> ReadPage<T>(this NpgsqlBatch batch, int page, int limit, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken)
    {
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        await rows.ReadAsync(cancellationToken);
        var total = rows.GetInt64(0);

        await rows.NextResultAsync(cancellationToken);
        var items = ImmutableArray.CreateBuilder<T>(limit);
        while (await rows.ReadAsync(cancellationToken)) items.Add(read(rows));
        return new(items.DrainToImmutable(), total, page, limit);
    }

    public static string? GetStringOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static decimal? GetDecimalOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetMoney(column);

    public static DateTimeOffset? GetTimeOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetTime(column);

    public static DateTimeOffset GetTime(this NpgsqlDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);

    /// <summary>Reads an amount without the trailing zeros that <c>numeric(18,2)</c> adds.</summary>
    public static decimal GetMoney(this NpgsqlDataReader reader, int column) => reader.GetDecimal(column) / 1.0000000000000000000000000000m;
}
