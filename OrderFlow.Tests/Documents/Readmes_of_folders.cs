using System.Text.RegularExpressions;
using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Documents;

/// <summary>The README of a project, and of <c>infra</c>, has a word for all that is beside it.</summary>
public sealed partial class Readmes_of_folders
{
    private static readonly string[] WithReadme = FoldersWith(Readme());

    public static TheoryData<string> Folders => [.. WithReadme];

    [Fact]
    public void Every_project_has_one_and_so_has_infra() => Assert.Equal([.. FoldersWith(Project()), "infra"], WithReadme);

    [Theory, MemberData(nameof(Folders))]
    public void Names_every_folder_and_every_script(string folder)
    {
        var readme = RepositoryFiles.Read($"{folder}/README.md");
        var beside = RepositoryFiles.Where(name => name.StartsWith($"{folder}/", StringComparison.Ordinal)).Select(name => name.Split('/')[1..])
            .Where(parts => parts.Length > 1 || parts[0].EndsWith(".sh", StringComparison.Ordinal)).Select(parts => parts[0]).Distinct();

        Assert.All(beside, name => Assert.Matches($"`{Regex.Escape(name)}[/`]", readme));
    }

    private static string[] FoldersWith(Regex file) => [.. RepositoryFiles.Where(name => file.IsMatch(name)).Select(name => name.Split('/')[0])];

    [GeneratedRegex("^[^/]+/README.md$")]
    private static partial Regex Readme();

    [GeneratedRegex("^[^/]+/[^/]+[.]csproj$")]
    private static partial Regex Project();
}
