using System.Text;
using System.Text.RegularExpressions;
using OrderFlow.Orders;

namespace OrderFlow.Silo.Notifications.Templates;

/// <summary>A file of a locale.</summary>
/// <param name="Path">Its path, for errors.</param>
/// <param name="Text">What it holds.</param>
internal sealed record TemplateFile(string Path, string Text)
{
    /// <summary>An error as a sentence that names the file and, where it is known, the line.</summary>
    public string Describe(string error, int? line = null) => line is { } number ? $"{Path}, line {number}: {error}" : $"{Path}: {error}";

    /// <summary>The first line with the word, which an error names.</summary>
    public int? LineOf(string word)
    {
        var found = Regex.Match(Text, $@"\b{Regex.Escape(word)}\b");
        return found.Success ? 1 + Text.AsSpan(0, found.Index).Count('\n') : null;
    }
}

/// <summary>Reads the built-in files of locales, and those of a directory, <c>{locale}/{file}</c>, that replace them or add locales.</summary>
internal static partial class TemplateFiles
{
    public const string Formats = "formats.json";
    public const string TextLayout = "layout.text.liquid";
    public const string HtmlLayout = "layout.html.liquid";

    private const string BuiltIn = "Templates/";

    /// <summary>The longest file: parsing takes time and memory by length.</summary>
    private const int MaxBytes = 32 * 1_024;

    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>The files that each locale needs.</summary>
    private static readonly IReadOnlyList<string> Required =
    [
        Formats, TextLayout, HtmlLayout,
        .. from type in EventTypes from part in new[] { "subject", "text", "html" } select NameOf(type, part),
    ];

    /// <summary>The types of events that have texts.</summary>
    public static IEnumerable<string> EventTypes => OrderEventCatalogue.All.Where(type => type.Headline is not null).Select(type => type.Name);

    /// <summary>The name of an event's file.</summary>
    public static string NameOf(string eventType, string part) => $"{eventType}.{part}.liquid";

    /// <summary>Reads all files by locale and name. Locales that miss files are left out.</summary>
    /// <param name="directory">The directory; empty for none.</param>
    /// <param name="errors">Receives a sentence for each error.</param>
    public static Dictionary<string, Dictionary<string, TemplateFile>> Read(string directory, List<string> errors)
    {
        var locales = ReadBuiltIn();
        try
        {
            if (directory.Length > 0) ReadDirectory(directory, locales, errors);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            errors.Add($"{directory} cannot be read: {error.Message}");
        }

        foreach (var (locale, files) in locales.ToList())
        {
            if (Required.Where(name => !files.ContainsKey(name)).ToList() is not { Count: > 0 } missing) continue;
            errors.Add($"{Path.Combine(directory, locale)}: a locale needs all files; missing: {string.Join(", ", missing)}");
            locales.Remove(locale);
        }

        return locales;
    }

    private static Dictionary<string, Dictionary<string, TemplateFile>> ReadBuiltIn()
    {
        var locales = new Dictionary<string, Dictionary<string, TemplateFile>>(StringComparer.OrdinalIgnoreCase);
        var assembly = typeof(TemplateFiles).Assembly;
        foreach (var resource in assembly.GetManifestResourceNames().Where(name => name.StartsWith(BuiltIn, StringComparison.Ordinal)))
        {
            using var text = new StreamReader(assembly.GetManifestResourceStream(resource)!);
            Add(locales, resource.Split('/')[1], new(resource, text.ReadToEnd()));
        }

        return locales;
    }

    private static void ReadDirectory(string directory, Dictionary<string, Dictionary<string, TemplateFile>> locales, List<string> errors)
    {
        foreach (var path in Visible(Directory.EnumerateFiles(directory))) errors.Add($"{path}: a file must be in a folder named for its locale, such as de or de-AT");
        foreach (var folder in Visible(Directory.EnumerateDirectories(directory)))
        {
            var locale = Path.GetFileName(folder);
            if (!Locale().IsMatch(locale)) errors.Add($"{folder}: '{locale}' is not a locale such as de or de-AT");
            else foreach (var path in Visible(Directory.EnumerateFileSystemEntries(folder))) ReadFile(locale, path, locales, errors);
        }
    }

    private static void ReadFile(string locale, string path, Dictionary<string, Dictionary<string, TemplateFile>> locales, List<string> errors)
    {
        if (!Required.Contains(Path.GetFileName(path)))
        {
            errors.Add($"{path}: unknown file; a locale has {string.Join(", ", Required)}");
            return;
        }

        using var file = new StreamReader(path, StrictUtf8);
        if (file.BaseStream.Length > MaxBytes)
        {
            errors.Add($"{path}: must have at most {MaxBytes / 1_024} KiB");
            return;
        }

        try
        {
            Add(locales, locale, new(path, file.ReadToEnd()));
        }
        catch (DecoderFallbackException)
        {
            errors.Add($"{path}: must be in UTF-8");
        }
    }

    private static void Add(Dictionary<string, Dictionary<string, TemplateFile>> locales, string locale, TemplateFile file)
    {
        if (!locales.TryGetValue(locale, out var files)) locales.Add(locale, files = []);
        files[Path.GetFileName(file.Path)] = file with { Text = file.Text.ReplaceLineEndings("\n") };
    }

    /// <summary>Kubernetes keeps what it mounts in folders that begin with a dot.</summary>
    private static IEnumerable<string> Visible(IEnumerable<string> paths) => paths.Where(path => !Path.GetFileName(path).StartsWith('.')).Order(StringComparer.Ordinal);

    [GeneratedRegex(@"\A[A-Za-z]{2,8}(-[A-Za-z0-9]{1,8}){0,4}\z")]
    private static partial Regex Locale();
}
