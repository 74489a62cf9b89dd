using Npgsql;

namespace OrderFlow.Tests.Fixtures;

/// <summary>How many rows a data source of one connection has read.</summary>
internal static class RowsRead
{
    /// <summary>The rows that were read so far, from these tables or their indexes.</summary>
    public static async Task<long> Of(NpgsqlDataSource database, params string[] tables)
    {
        await using var connection = await database.OpenConnectionAsync();
        await using var flush = new NpgsqlCommand("SELECT pg_stat_force_next_flush()", connection);
        await flush.ExecuteNonQueryAsync();
        await using var read = new NpgsqlCommand("""
            SELECT (sum(seq_tup_read) + (SELECT sum(idx_tup_read) FROM pg_stat_user_indexes WHERE relname = ANY ($1)))::bigint
            FROM pg_stat_user_tables WHERE relname = ANY ($1)
            """, connection) { Parameters = { new() { Value = tables } } };
        return (long)(await read.ExecuteScalarAsync())!;
    }
}
