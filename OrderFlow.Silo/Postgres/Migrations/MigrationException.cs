namespace OrderFlow.Silo.Postgres.Migrations;

/// <summary>The database could not be migrated. The message says what failed and where, and holds no secret.</summary>
internal sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
