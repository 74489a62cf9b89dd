using System.Text.RegularExpressions;
using Fluid;

namespace OrderFlow.Silo.Notifications.Templates;

/// <summary>Loads the templates of all locales, and renders each with samples: a template that can fail keeps the program from starting.</summary>
internal static partial class TemplateLoader
{
    private static readonly FluidParser Parser = new();

    /// <summary>Loads all locales that have no errors.</summary>
    /// <param name="directory">The directory with further templates; empty for none.</param>
    /// <returns>Templates by locale, and a sentence for each error that names the file and, where it is known, the line.</returns>
    public static (Dictionary<string, LocaleTemplates> Locales, IReadOnlyList<string> Errors) Load(string directory)
    {
        var errors = new List<string>();
        var locales = new Dictionary<string, LocaleTemplates>(StringComparer.OrdinalIgnoreCase);
        foreach (var (locale, files) in TemplateFiles.Read(directory, errors))
        {
            if (Parse(locale, files, errors) is not { } templates) continue;
            var failures = Samples.Jobs.Select(sample => FailureOf(templates, sample)).OfType<string>().Distinct().ToList();
            errors.AddRange(failures);
            if (failures.Count == 0) locales.Add(locale, templates);
        }

        return (locales, errors);
    }

    /// <summary>Parses a locale's files; null where one has an error.</summary>
    private static LocaleTemplates? Parse(string locale, Dictionary<string, TemplateFile> files, List<string> errors)
    {
        var before = errors.Count;
        var (formats, formatsError, line) = LocaleFormats.Read(files[TemplateFiles.Formats].Text);
        if (formatsError is not null) errors.Add(files[TemplateFiles.Formats].Describe(formatsError, line));

        var templates = new Dictionary<string, Template>();
        foreach (var (name, file) in files.Where(file => file.Key != TemplateFiles.Formats))
        {
            if (Parser.TryParse(file.Text, out var template, out var error)) templates.Add(name, new(file, template));
            else errors.Add(DescribeParseError(file, error));
        }

        return errors.Count == before ? new(locale, formats!, templates) : null;
    }

    private static string? FailureOf(LocaleTemplates templates, Sample sample)
    {
        try
        {
            templates.Render(sample.Job, sample.Details, sample.Currency);
            return null;
        }
        catch (TemplateException error)
        {
            return error.Message;
        }
    }

    /// <summary>Fluid's error ends with its position, (line:column), and the line itself.</summary>
    private static string DescribeParseError(TemplateFile file, string error)
    {
        var position = Position().Match(error);
        return position.Success ? file.Describe(error[..position.Index], int.Parse(position.Groups[1].ValueSpan)) : file.Describe(error);
    }

    [GeneratedRegex(@" at \((\d+):\d+\)")]
    private static partial Regex Position();
}
