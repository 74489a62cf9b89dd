using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>A row, or why it is unreadable. One unreadable row does not fail the rows beside it.</summary>
internal readonly record struct RowRead<TRow>(TRow? Row, UnreadableRowException? Error);

/// <summary>Reads single rows.</summary>
internal static class RowRead
{
    /// <summary>Reads a row.</summary>
    /// <param name="table">Its table, for the error.</param>
    /// <param name="key">Its key, for the error.</param>
    /// <param name="read">Reads its columns.</param>
    public static RowRead<TRow> Try<TRow>(string table, object key, Func<TRow> read)
    {
        try
        {
            return new(read(), null);
        }
        catch (Exception error) when (IsUnreadable(error))
        {
            return new(default, new($"Row {key} of {table} cannot be read: {error.Message}"));
        }
    }

    /// <summary>True where the row's content caused the error, not the connection.</summary>
    public static bool IsUnreadable(Exception error) => error is not (NpgsqlException or IOException or OperationCanceledException);
}
