using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace OrderFlow.Silo;

/// <summary>Settings that are needed before the host can be put together.</summary>
internal static class RequiredSettings
{
    /// <summary>The options of this section.</summary>
    /// <exception cref="OptionsValidationException">A setting is missing or wrong; each failure is a sentence that names it.</exception>
    public static TOptions Require<TOptions>(this IConfiguration configuration, string section)
        where TOptions : class, new()
    {
        var options = configuration.GetSection(section).Get<TOptions>() ?? new();
        var failures = new List<ValidationResult>();
        return Validator.TryValidateObject(options, new ValidationContext(options), failures, validateAllProperties: true)
            ? options
            : throw new OptionsValidationException(section, typeof(TOptions), failures.Select(failure => Sentence(section, failure)));
    }

    private static string Sentence(string section, ValidationResult failure)
    {
        var names = string.Join(", ", failure.MemberNames.Select(member => $"{section}__{member}"));
        return failure.ErrorMessage is { } message && message.Contains(names, StringComparison.Ordinal) ? message : $"{names}: {failure.ErrorMessage}";
    }
}
