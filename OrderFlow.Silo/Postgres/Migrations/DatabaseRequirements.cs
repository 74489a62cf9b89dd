using Npgsql;

namespace OrderFlow.Silo.Postgres.Migrations;

/// <summary>Refuses a server, at start, that could lose committed orders or not store every name.</summary>
internal static partial class DatabaseRequirements
{
    // With these settings a crash or a bad disk silently loses committed data.
    private const string FindUnsafeSettings = """
        SELECT name || ' = ' || setting FROM pg_settings
        WHERE (name, setting) IN (('fsync', 'off'), ('full_page_writes', 'off'), ('synchronous_commit', 'off'), ('zero_damaged_pages', 'on'), ('ignore_checksum_failure', 'on'))
        ORDER BY name
        """;

    /// <exception cref="MigrationException">The database has another encoding, which cannot store every name.</exception>
    public static async Task RequireUtf8(NpgsqlConnection connection, string database, CancellationToken cancellation)
    {
        var encoding = await new NpgsqlCommand("SHOW server_encoding", connection).ReadScalar<string>(cancellation);
        if (encoding == "UTF8") return;

        throw new MigrationException(
            $"The encoding of the database {database} is {encoding}, which cannot store every user and product; it must be UTF8. " +
            "Create another one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0 and restore a dump of this one into it.");
    }

    /// <summary>Refuses settings that may lose committed data, or logs a warning where <paramref name="allowDataLoss"/> is true.</summary>
    /// <exception cref="MigrationException">The server has such settings and they are not allowed.</exception>
    public static async Task RequireDurability(NpgsqlConnection connection, bool allowDataLoss, ILogger log, CancellationToken cancellation = default)
    {
        var found = await new NpgsqlCommand(FindUnsafeSettings, connection).ReadRows(cancellation).Select(row => row.GetString(0)).ToListAsync(cancellation);
        if (found.Count == 0) return;

        var settings = string.Join(", ", found);
        if (!allowDataLoss)
        {
            throw new MigrationException(
                $"Postgres may lose committed orders, because it runs with {settings}. Restore the defaults, " +
                $"or set {PostgresOptions.Section}__{nameof(PostgresOptions.AllowDataLoss)}=true where data may be lost.");
        }

        LogDataLoss(log, settings);
    }

    [LoggerMessage(LogLevel.Warning, "Postgres may lose committed orders, because it runs with {Settings}; Postgres__AllowDataLoss allows this for development only.")]
    private static partial void LogDataLoss(ILogger log, string settings);
}
