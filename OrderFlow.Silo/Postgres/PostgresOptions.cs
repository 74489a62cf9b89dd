using System.ComponentModel.DataAnnotations;
using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>The database. Settings <c>Postgres__*</c>.</summary>
internal sealed class PostgresOptions : IValidatableObject
{
    public const string Section = "Postgres";

    /// <summary>An Npgsql connection string.</summary>
    [Required(ErrorMessage = "Postgres__ConnectionString is not set: the silo needs an Npgsql connection string, such as Host=127.0.0.1;Database=orderflow;Username=orderflow;Password=…")]
    public string ConnectionString { get; set; } = "";

    /// <summary>Allows a server whose settings may lose committed data, such as <c>fsync=off</c>; for development only.</summary>
    public bool AllowDataLoss { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // The error does not repeat the value: it holds a password.
        if (ConnectionString.Length > 0 && !IsConnectionString(ConnectionString))
            yield return new("is not a valid Npgsql connection string (Host=…;Port=…;Database=…;Username=…;Password=…)", [nameof(ConnectionString)]);
    }

    private static bool IsConnectionString(string text)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(text).Host is { Length: > 0 };
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
