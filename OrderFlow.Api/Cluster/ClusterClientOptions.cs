using Microsoft.Extensions.Options;
using Npgsql;

namespace OrderFlow.Api.Cluster;

/// <summary>Which cluster to call: the section <c>Cluster</c> of the configuration.</summary>
internal sealed class ClusterClientOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Cluster";

    /// <summary>The silos that belong together; the same here as there.</summary>
    public string ClusterId { get; set; } = "orderflow";

    /// <summary>The service the silos host; the same here as there.</summary>
    public string ServiceId { get; set; } = "orderflow";
}

/// <summary>Where the silos register: the section <c>Postgres</c> of the configuration. The API reads its membership table and nothing else.</summary>
internal sealed class PostgresOptions
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Postgres";

    /// <summary>An Npgsql connection string; there is no default.</summary>
    public string? ConnectionString { get; set; }
}

/// <summary>Stops the program at start, with a sentence that names the variable, where a setting cannot be used.</summary>
internal sealed class ClusterSettingsValidator : IValidateOptions<ClusterClientOptions>, IValidateOptions<PostgresOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ClusterClientOptions options)
    {
        var failures = new List<string>();
        if (string.IsNullOrWhiteSpace(options.ClusterId)) failures.Add("Cluster__ClusterId is empty: it must be the same as the silos'.");
        if (string.IsNullOrWhiteSpace(options.ServiceId)) failures.Add("Cluster__ServiceId is empty: it must be the same as the silos'.");
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, PostgresOptions options)
    {
        if (string.IsNullOrWhiteSpace(options.ConnectionString))
            return ValidateOptionsResult.Fail(
                "Postgres__ConnectionString is not set: it is the Npgsql connection string of the database where the silos register.");

        try
        {
            // The text is not repeated in the sentence: it holds a password.
            return new NpgsqlConnectionStringBuilder(options.ConnectionString).Host is { Length: > 0 }
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail("Postgres__ConnectionString names no Host.");
        }
        catch (ArgumentException)
        {
            return ValidateOptionsResult.Fail(
                "Postgres__ConnectionString is no Npgsql connection string (Host=…;Port=…;Database=…;Username=…;Password=…).");
        }
    }
}
