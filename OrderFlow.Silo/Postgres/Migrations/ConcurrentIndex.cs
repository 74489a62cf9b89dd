using System.Text.RegularExpressions;
using DbUp.Engine;
using Npgsql;

namespace OrderFlow.Silo.Postgres.Migrations;

/// <summary>
/// A script <c>….concurrent.sql</c> that creates one index without blocking writes: <c>CREATE INDEX CONCURRENTLY IF NOT EXISTS name …</c>.
/// It runs outside a transaction, so a failed run leaves an invalid index.
/// </summary>
internal static partial class ConcurrentIndex
{
    private const string Suffix = ".concurrent.sql";

    public static bool IsCreatedBy(SqlScript script) => script.Name.EndsWith(Suffix, StringComparison.Ordinal);

    /// <summary>Drops the invalid index of a failed run, which IF NOT EXISTS would take for the index.</summary>
    public static async Task DropInvalid(SqlScript script, NpgsqlConnection connection, CancellationToken cancellation)
    {
        var name = IndexName(script);
        var find = new NpgsqlCommand("SELECT count(*) FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT indisvalid", connection);
        if (await find.With(name).ReadScalar<long>(cancellation) > 0)
            await new NpgsqlCommand($"DROP INDEX CONCURRENTLY IF EXISTS {name}", connection) { CommandTimeout = 0 }.Execute(cancellation);
    }

    private static string IndexName(SqlScript script)
    {
        var statement = Statement().Match(script.Contents);
        return statement.Success
            ? statement.Groups["name"].Value
            : throw new InvalidOperationException($"{script.Name} must be one statement: CREATE INDEX CONCURRENTLY IF NOT EXISTS name ON …");
    }

    [GeneratedRegex(@"^(\s*--.*\n)*\s*CREATE\s+(UNIQUE\s+)?INDEX\s+CONCURRENTLY\s+IF\s+NOT\s+EXISTS\s+(?<name>\w+)\s+ON\s[^;]*;?\s*$", RegexOptions.IgnoreCase)]
    private static partial Regex Statement();
}
