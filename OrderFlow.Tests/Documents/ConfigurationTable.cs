using System.Globalization;
using System.Text.RegularExpressions;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Documents;

/// <summary><c>docs/configuration.md</c> and <c>.env.example</c> name every setting of the programs, with the default that it has.</summary>
public sealed partial class ConfigurationTable
{
    private const string Document = "docs/configuration.md";

    /// <summary>Any category of logging can be set.</summary>
    private const string Logging = "Logging__";

    /// <summary>Its default is the host's name.</summary>
    private const string SiloName = "Cluster__SiloName";

    /// <summary>Every setting and its default; a dash for none.</summary>
    private static readonly Dictionary<string, string> Defaults = new(
        from setting in ProgramSettings.Of([.. ProgramSettings.SiloOptions, .. ProgramSettings.ApiOptions])
        group Format(setting.Default) by setting.Variable into same
        select KeyValuePair.Create(same.Key, same.Key == SiloName ? "host name" : Assert.Single(same.Distinct())));

    public static TheoryData<string> Documents =>
        [.. RepositoryFiles.Where(name => name is "README.md" || (name.StartsWith("docs/", StringComparison.Ordinal) && name.EndsWith(".md", StringComparison.Ordinal)))];

    [Fact]
    public void The_table_has_every_setting_with_its_default_and_no_other() => Assert.Equal(
        Sorted(Defaults.Select(setting => (setting.Key, setting.Value))),
        Sorted(TableRow().Matches(RepositoryFiles.Read(Document)).Select(match => (match.Groups["variable"].Value, match.Groups["default"].Value.Trim('`')))));

    [Fact]
    public void The_example_has_every_setting_and_no_other() =>
        Assert.Equal(Defaults.Keys.Order(StringComparer.Ordinal), Example().Select(line => line.Variable).Distinct().Order(StringComparer.Ordinal));

    [Fact]
    public void The_example_shows_defaults_where_there_are_some() =>
        Assert.All(
            Example().Where(line => line.Variable != SiloName && Defaults[line.Variable] != "–"),
            line => Assert.Equal((line.Variable, Defaults[line.Variable]), line));

    [Theory, MemberData(nameof(Documents))]
    public void A_document_names_no_setting_that_does_not_exist(string file) =>
        Assert.All(
            AnySetting().Matches(RepositoryFiles.Read(file)).Select(match => match.Value).Where(name => !name.StartsWith(Logging, StringComparison.Ordinal)),
            name => Assert.Contains(name, Defaults.Keys));

    private static IEnumerable<(string Variable, string Default)> Sorted(IEnumerable<(string Variable, string Default)> settings) =>
        settings.Where(setting => !setting.Variable.StartsWith(Logging, StringComparison.Ordinal)).OrderBy(setting => setting.Variable, StringComparer.Ordinal);

    private static string Format(object? value) => value switch
    {
        null or "" => "–",
        bool flag => flag ? "true" : "false",
        TimeSpan { Milliseconds: > 0 } time => time.ToString(@"hh\:mm\:ss\.FFF", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static IEnumerable<(string Variable, string Value)> Example() =>
        ExampleLine().Matches(RepositoryFiles.Read(".env.example")).Select(match => (Variable: match.Groups["variable"].Value, match.Groups["value"].Value))
            .Where(line => !line.Variable.StartsWith(Logging, StringComparison.Ordinal));

    [GeneratedRegex(@"^# (?<variable>[A-Z][A-Za-z]*__\w+)=(?<value>.*)$", RegexOptions.Multiline)]
    private static partial Regex ExampleLine();

    [GeneratedRegex(@"^\| `(?<variable>\w+__\w+)` \| (?<default>[^|]+) \|", RegexOptions.Multiline)]
    private static partial Regex TableRow();

    /// <summary>Not what stands for a whole section, such as Kafka__* and Notifications__Worker__*.</summary>
    [GeneratedRegex(@"\b[A-Z][A-Za-z]*__\w*[A-Za-z]\b(?!__)")]
    private static partial Regex AnySetting();
}
