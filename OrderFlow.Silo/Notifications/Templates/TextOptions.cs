using System.ComponentModel.DataAnnotations;

namespace OrderFlow.Silo.Notifications.Templates;

/// <summary>The texts for customers. Settings <c>Notifications__*</c>.</summary>
internal sealed class TextOptions : IValidatableObject
{
    public const string Section = "Notifications";

    /// <summary>A directory whose templates replace the built-in ones, or add locales; empty for none.</summary>
    public string Templates { get; set; } = "";

    /// <summary>The locale of customers who have none, or one without templates.</summary>
    [Required]
    public string DefaultLocale { get; set; } = "en";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var (locales, errors) = TemplateLoader.Load(Templates);
        foreach (var error in errors) yield return new(error, [nameof(Templates)]);
        if (errors.Count == 0 && !locales.ContainsKey(DefaultLocale))
            yield return new($"'{DefaultLocale}' has no templates; it must be one of {string.Join(", ", locales.Keys.Order())}", [nameof(DefaultLocale)]);
    }
}
