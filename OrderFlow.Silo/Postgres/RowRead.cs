using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>A row as it was read, or why it could not be: it fails alone, and the rows beside it do not.</summary>
internal readonly record struct RowRead<TRow>(TRow? Row, UnreadableRowException? Unreadable)
    where TRow : class;

/// <summary>Reads rows one by one.</summary>
internal static class RowRead
{
    /// <summary>Reads a row.</summary>
    /// <param name="table">Its table.</param>
    /// <param name="key">Its key, for whoever has to find it.</param>
    /// <param name="read">Reads its columns.</param>
    public static RowRead<TRow> Of<TRow>(string table, object key, Func<TRow> read)
        where TRow : class
    {
        try
        {
            return new(read(), null);
        }
        catch (Exception error) when (IsOfTheRow(error))
        {
            return new(null, new($"row {key} of {table} cannot be read: {error.Message}"));
        }
    }

    /// <summary>True where what the row holds is at fault, and not the way to it.</summary>
    public static bool IsOfTheRow(Exception error) => error is not (NpgsqlException or IOException or OperationCanceledException);
}
