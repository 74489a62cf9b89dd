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

    public static string? GetStringOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    public static decimal? GetDecimalOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetMoney(column);

    public static DateTimeOffset? GetTimeOrNull(this NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetTime(column);

    public static DateTimeOffset GetTime(this NpgsqlDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);

    /// <summary>Reads an amount without the trailing zeros that <c>numeric(18,2)</c> adds.</summary>
    public static decimal GetMoney(this NpgsqlDataReader reader, int column) => reader.GetDecimal(column) / 1.0000000000000000000000000000m;
}
