using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>What a server must be set to, so that nothing that was answered is lost or cannot be stored. What is otherwise is refused at start.</summary>
internal static partial class DatabaseRequirements
{
    // With these a crash of Postgres or its machine, or a bad disk, takes orders that were answered, and says nothing.
    private const string LosingSettings = """
        SELECT name || ' = ' || setting FROM pg_settings
        WHERE (name, setting) IN (('fsync', 'off'), ('full_page_writes', 'off'), ('synchronous_commit', 'off'), ('zero_damaged_pages', 'on'), ('ignore_checksum_failure', 'on'))
        ORDER BY name
        """;

    /// <exception cref="MigrationException">The database has another encoding, in which not every name can be stored.</exception>
    public static async Task RequireUtf8(NpgsqlConnection connection, string database, CancellationToken cancellation)
    {
        await using var command = new NpgsqlCommand("SHOW server_encoding", connection);
        var encoding = (string)(await command.ExecuteScalarAsync(cancellation))!;
        if (encoding == "UTF8") return;

        throw new MigrationException(
            $"the database {database} has the encoding {encoding}, in which not every user and product can be stored; it must be UTF8: " +
            "make a new one with CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0, and restore a dump of this one into it");
    }

    /// <summary>Refuses settings with which the server loses what it has committed, or warns of them where that is allowed.</summary>
    /// <exception cref="MigrationException">There are some, and they are not allowed.</exception>
    public static async Task RequireDurability(NpgsqlConnection connection, bool allowDataLoss, ILogger log, CancellationToken cancellation = default)
    {
        await using var command = new NpgsqlCommand(LosingSettings, connection);
        var losing = new List<string>();
        await using (var rows = await command.ExecuteReaderAsync(cancellation))
        {
            while (await rows.ReadAsync(cancellation)) losing.Add(rows.GetString(0));
        }

        if (losing.Count == 0) return;
        var settings = string.Join(", ", losing);
        if (!allowDataLoss)
        {
            throw new MigrationException(
                $"Postgres may lose orders that were answered: it runs with {settings}. Set that to what is the default, " +
                $"or {PostgresOptions.Section}__{nameof(PostgresOptions.AllowDataLoss)}=true where nothing may be lost that matters");
        }

        LogDataLoss(log, settings);
    }

    [LoggerMessage(LogLevel.Warning, "Postgres may lose orders that were answered, for it runs with {Settings}, and Postgres__AllowDataLoss allows it: for development only")]
    private static partial void LogDataLoss(ILogger log, string settings);
}
