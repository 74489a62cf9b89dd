using System.Text.RegularExpressions;
using DbUp.Engine;
using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>
/// A script that makes one index while orders go on: <c>….concurrent.sql</c>, with the one statement <c>CREATE INDEX CONCURRENTLY IF NOT EXISTS name …</c>.
/// It runs outside a transaction, so one that broke off leaves an index behind that is not valid.
/// </summary>
internal static partial class ConcurrentIndex
{
    private const string Suffix = ".concurrent.sql";

    public static bool IsMadeBy(SqlScript script) => script.Name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>Drops what an earlier run has left, which IF NOT EXISTS would take for the index.</summary>
    public static async Task DropLeftover(SqlScript script, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var name = NameIn(script);
        await using var find = new NpgsqlCommand("SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid", connection);
        if ((long)(await find.With(name).ExecuteScalarAsync(cancellation))! == 0) return;

        await using var drop = new NpgsqlCommand($"DROP INDEX CONCURRENTLY IF EXISTS {name}", connection) { CommandTimeout = 0 };
        await drop.ExecuteNonQueryAsync(cancellation);
    }

    private static string NameIn(SqlScript script)
    {
        var statement = Statement().Match(script.Contents);
        return statement.Success
            ? statement.Groups["name"].Value
            : throw new InvalidOperationException($"{script.Name} must be one statement, CREATE INDEX CONCURRENTLY IF NOT EXISTS name ON …");
    }

    [GeneratedRegex(@"^(\s*--.*\n)*\s*CREATE\s+(UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+IF\s+NOT\s+EXISTS\s+(?<name>\w+)\s+ON\s[^;]*;?\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex Statement();
}
