using System.ComponentModel.DataAnnotations;

namespace OrderFlow.Silo.Postgres;

/// <summary>Where the database is. Settings <c>Postgres__*</c>.</summary>
internal sealed class PostgresOptions
{
    public const string Section = "Postgres";

    /// <summary>An Npgsql connection string.</summary>
    [Required(ErrorMessage = "Postgres__ConnectionString is not set: the silo needs an Npgsql connection string, such as Host=127.0.0.1;Database=orderflow;Username=orderflow;Password=…")]
    public string ConnectionString { get; set; } = "";
}
