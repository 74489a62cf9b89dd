using System.ComponentModel.DataAnnotations;
using Npgsql;

namespace OrderFlow.Api.Cluster;

/// <summary>The database in which the silos register: the section <c>Postgres</c>. The API reads its membership table and nothing else.</summary>
internal sealed class PostgresOptions : IValidatableObject
{
    public const string Section = "Postgres";

    /// <summary>An Npgsql connection string; there is no default.</summary>
    [Required(ErrorMessage = "Postgres__ConnectionString is not set: the API needs the Npgsql connection string of the database in which the silos register.")]
    public string? ConnectionString { get; set; }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsValid()) yield return new("is not a valid Npgsql connection string (Host=…;Port=…;Database=…;Username=…;Password=…)", [nameof(ConnectionString)]);
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
