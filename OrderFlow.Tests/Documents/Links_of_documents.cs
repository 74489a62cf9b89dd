using System.Text.RegularExpressions;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Documents;

/// <summary>Where a document, or an alert, sends its reader, there is something.</summary>
public sealed partial class Links_of_documents
{
    private const string Alerts = "infra/prometheus/alerts.yml";

    public static TheoryData<string> Files => [.. RepositoryFiles.Where(name => name.EndsWith(".md", StringComparison.Ordinal))];

    [Theory, MemberData(nameof(Files))]
    public void Lead_to_files_and_headings_that_there_are(string file) => Assert.Empty(Broken(file, Links(Prose(file))));

    [Fact]
    public void An_alert_leads_to_what_is_to_be_done() =>
        Assert.Empty(Broken("README.md", Runbook().Matches(RepositoryFiles.Read(Alerts)).Select(match => match.Groups["target"].Value)));

    [Fact]
    public void One_that_leads_nowhere_would_be_found() =>
        Assert.Equal(
            ["gone.md", "../README.md#gone", "#gone"],
            Broken("docs/events.md", Links("[a](gone.md) [b](../README.md#gone) [c](#gone) [d](#topics) [e](../README.md) [f](https://kafka.apache.org)")));

    private static IEnumerable<string> Broken(string file, IEnumerable<string> links) => links.Where(link => !Leads(file, link));

    private static bool Leads(string file, string link)
    {
        var (path, heading) = link.Split('#') is [var before, var after] ? (before, after) : (link, null);
        var target = path.Length == 0 ? file : Path.GetRelativePath(Repository.Root, Path.Combine(Repository.Root, Path.GetDirectoryName(file)!, path));
        return Path.Exists(Path.Combine(Repository.Root, target)) && (heading is null || Headings(target).Contains(heading));
    }

    private static IEnumerable<string> Links(string text) =>
        Link().Matches(text).Select(match => match.Groups["target"].Value).Where(target => !target.Contains("://", StringComparison.Ordinal));

    /// <summary>As GitHub makes them into addresses: lower case, without signs, with dashes for blanks.</summary>
    private static IEnumerable<string> Headings(string file) =>
        Heading().Matches(Prose(file)).Select(match => Sign().Replace(match.Groups["text"].Value.ToLowerInvariant(), "").Replace(' ', '-'));

    /// <summary>Without blocks of code, whose comments look like headings.</summary>
    private static string Prose(string file) => Code().Replace(RepositoryFiles.Read(file), "");

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"runbook: (?<target>\S+)")]
    private static partial Regex Runbook();

    [GeneratedRegex("^#+ (?<text>.+?) *$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Sign();

    [GeneratedRegex("^```.*?^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Code();
}
