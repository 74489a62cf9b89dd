using System.Globalization;
using System.Text.RegularExpressions;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Documents;

/// <summary><c>.env.example</c> and the tables of the documents name the settings that there are, with the defaults that they have.</summary>
public sealed partial class Settings_table
{
    /// <summary>Of logging any category can be set.</summary>
    private const string Logging = "Logging__";

    /// <summary>Its default is the name of the host, and the example has another.</summary>
    private const string SiloName = "Cluster__SiloName";

    /// <summary>Every setting of the programs and its default; a dash where it has none.</summary>
    private static readonly Dictionary<string, string> Defaults = new(
        from setting in ProgramSettings.Of([.. ProgramSettings.SiloOptions, .. ProgramSettings.ApiOptions])
        group Text(setting.Default) by setting.Variable into same
        select KeyValuePair.Create(same.Key, Assert.Single(same.Distinct())));

    [Fact]
    public void The_example_has_every_setting_and_no_other() =>
        Assert.Equal(Defaults.Keys.Order(StringComparer.Ordinal), Example().Select(line => line.Variable).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void The_example_shows_defaults_where_there_are_some() =>
        Assert.All(
            Example().Where(line => line.Variable != SiloName && Defaults[line.Variable] != "–"),
            line => Assert.Equal((line.Variable, Defaults[line.Variable]), line));

    [Theory]
    [InlineData("README.md")]
    [InlineData("docs/events.md")]
    [InlineData("docs/notifications.md")]
    [InlineData("docs/http.md")]
    [InlineData("docs/live.md")]
    [InlineData("docs/telemetry.md")]
    public void A_document_names_no_setting_that_there_is_not(string file) =>
        Assert.All(
            AnySetting().Matches(Read(file)).Select(match => match.Value).Where(name => !name.StartsWith(Logging, StringComparison.Ordinal)),
            name => Assert.Contains(name, Defaults.Keys));

    [Theory]
    [InlineData("docs/events.md", "Kafka__")]
    [InlineData("docs/notifications.md", "Redis__")]
    [InlineData("docs/notifications.md", "Notifications__")]
    [InlineData("docs/notifications.md", "Smtp__")]
    [InlineData("docs/http.md", "RateLimit__")]
    [InlineData("docs/http.md", "Requests__")]
    [InlineData("docs/http.md", "Cors__")]
    [InlineData("docs/live.md", "Live__")]
    [InlineData("docs/telemetry.md", "Telemetry__")]
    public void A_table_has_every_setting_of_its_section_with_its_default(string file, string section)
    {
        var rows = TableRow().Matches(Read(file)).Select(match => (match.Groups["variable"].Value, match.Groups["default"].Value.Trim('`')));

        Assert.Equal(Of(Defaults.Select(setting => (setting.Key, setting.Value))), Of(rows));

        IEnumerable<(string Variable, string Default)> Of(IEnumerable<(string Variable, string Default)> settings) =>
            settings.Where(setting => setting.Variable.StartsWith(section, StringComparison.Ordinal)).OrderBy(setting => setting.Variable, StringComparer.Ordinal);
    }

    private static string Text(object? value) => value switch
    {
        null or "" => "–",
        bool flag => flag ? "true" : "false",
        TimeSpan { Milliseconds: > 0 } time => time.ToString(@"hh\:mm\:ss\.FFF", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static IEnumerable<(string Variable, string Value)> Example() =>
        ExampleLine().Matches(Read(".env.example")).Select(match => (Variable: match.Groups["variable"].Value, match.Groups["value"].Value))
            .Where(line => !line.Variable.StartsWith(Logging, StringComparison.Ordinal));

    private static string Read(string file) => File.ReadAllText(Path.Combine(Repository.Root, file));

    [GeneratedRegex(@"^# (?<variable>[A-Z][A-Za-z]*__\w+)=(?<value>.*)$", RegexOptions.Multiline)]
    private static partial Regex ExampleLine();

    [GeneratedRegex(@"^\| `(?<variable>\w+__\w+)` \| (?<default>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    /// <summary>Not what stands for all of a section, as in Kafka__* and Notifications__Worker__*.</summary>
    [GeneratedRegex(@"\b[A-Z][A-Za-z]*__\w*[A-Za-z]\b(?!__)")]
    private static partial Regex AnySetting();
}
