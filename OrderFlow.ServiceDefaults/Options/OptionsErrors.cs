using System.ComponentModel.DataAnnotations;

namespace OrderFlow.ServiceDefaults.Options;

/// <summary>Validates options by their data annotations and <see cref="IValidatableObject"/>.</summary>
internal static class OptionsErrors
{
    /// <summary>Finds the errors of options: sentences that name the variable.</summary>
    public static List<string> Find(string section, object options)
    {
        var failures = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), failures, validateAllProperties: true);
        return failures.ConvertAll(failure => Sentence(section, options, failure));
    }

    /// <summary>The environment variable of a setting: <c>Notifications__Worker__Lease</c>.</summary>
    public static string VariableName(string section, string member) => $"{section.Replace(":", "__", StringComparison.Ordinal)}__{member}";

    private static string Sentence(string section, object options, ValidationResult failure)
    {
        var names = string.Join(", ", failure.MemberNames.Select(member => VariableName(section, member)));
        if (failure.ErrorMessage!.Contains(names, StringComparison.Ordinal)) return failure.ErrorMessage;

        // Data annotations begin with the property, which is not what the setting is called.
        var property = failure.MemberNames.FirstOrDefault();
        var error = failure.ErrorMessage.Replace($"The field {property} ", "", StringComparison.Ordinal).Replace($"The {property} field ", "", StringComparison.Ordinal);
        return $"{names}: {error.TrimEnd('.')}{ReadValue(options, failure.MemberNames)}";
    }

    /// <summary>Shows how a time was read: 30 is 30 days.</summary>
    private static string ReadValue(object options, IEnumerable<string> members) =>
        members.Count() == 1 && options.GetType().GetProperty(members.First())?.GetValue(options) is TimeSpan time ? $", not {time}" : "";
}
