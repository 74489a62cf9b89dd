using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>Adds positional parameters in the order of <c>$1</c>, <c>$2</c>, …, runs commands and reads columns.</summary>
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

    /// <summary>Adds a parameter and returns its number.</summary>
    public static int Next<T>(this NpgsqlBatchCommand command, T value) => command.With(value).Parameters.Count;

    /// <summary>Adds one array with a column of all rows, for <c>unnest</c>.</summary>
    public static NpgsqlBatchCommand WithColumn<TRow, T>(this NpgsqlBatchCommand command, IReadOnlyList<TRow> rows, Func<TRow, T> column) =>
        command.With(rows.Select(column).ToArray());

    public static NpgsqlCommand With<T>(this NpgsqlCommand command, T value)
    {
        command.Parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
        return command;
    }

    /// <summary>Runs a statement and disposes the command. Returns the number of rows that it changed.</summary>
    public static async Task<int> Execute(this NpgsqlCommand command, CancellationToken cancellationToken = default)
    {
        await using (command) return await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Runs a query whose result is one value, and disposes the command.</summary>
    public static async Task<T> ReadScalar<T>(this NpgsqlCommand command, CancellationToken cancellationToken = default)
    {
        await using (command) return (T)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    /// <summary>Runs a query and disposes the command. A row is valid until the next one is read.</summary>
    public static async IAsyncEnumerable<NpgsqlDataReader> ReadRows(this NpgsqlCommand command, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await using var ownCommand = command;
        await using var rows = await command.ExecuteReaderAsync(cancellationToken);
        while (await rows.ReadAsync(cancellationToken)) yield return rows;
    }

    /// <summary>Runs a batch whose first result is the total, if it has one, and whose last result is the rows of a page.</summary>
    public static async Task<Page<T>> ReadPage<T>(
        this NpgsqlBatch batch, int page, int limit, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, bool hasTotal = true)
    {
        await using var rows = await batch.ExecuteReaderAsync(cancellationToken);
        var total = Page.NotCounted;
        if (hasTotal)
        {
            await rows.ReadAsync(cancellationToken);
            total = rows.GetInt64(0);
            await rows.NextResultAsync(cancellationToken);
        }

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
