using System.ComponentModel.DataAnnotations;
using Npgsql;

namespace OrderFlow.Silo.Postgres;

/// <summary>Where the database is. Settings <c>Postgres__*</c>.</summary>
internal sealed class PostgresOptions : IValidatableObject
{
    public const string Section = "Postgres";

    /// <summary>An Npgsql connection string.</summary>
    [Required(ErrorMessage = "Postgres__ConnectionString is not set: the silo needs an Npgsql connection string, such as Host=127.0.0.1;Database=orderflow;Username=orderflow;Password=…")]
    public string ConnectionString { get; set; } = "";

    /// <summary>Whether a server may be used whose settings lose what was committed, as <c>fsync=off</c>: for development.</summary>
    public bool AllowDataLoss { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ConnectionString.Length > 0 && !IsValid()) yield return new("is not a valid Npgsql connection string (Host=…;Port=…;Database=…;Username=…;Password=…)", [nameof(ConnectionString)]);
    }

    /// <summary>The text is not repeated in the sentence: it holds a password.</summary>
    private bool IsValid()
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(ConnectionString).Host is { Length: > 0 };
        }
        catch (ArgumentException)
        {
            return false;
        }
    }
}
