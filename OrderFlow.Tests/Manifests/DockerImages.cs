using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace OrderFlow.Tests.Manifests;

/// <summary>Dockerfiles copy what the projects need: a new project reference shows here, before an image is built.</summary>
public sealed partial class DockerImages
{
    public static TheoryData<string> Dockerfiles => [ComposeFile.Silo, ComposeFile.Api];

    [Theory, MemberData(nameof(Dockerfiles))]
    public void Every_referenced_project_is_copied(string dockerfile)
    {
        var copied = Copied(dockerfile).ToList();

        Assert.All(WithReferences(dockerfile.Split('/')[0]).Distinct(), project =>
        {
            Assert.Contains($"{project}/{project}.csproj", copied);
            Assert.Contains($"{project}/packages.lock.json", copied);
            Assert.Contains($"{project}/", copied);
        });
    }

    [Theory, MemberData(nameof(Dockerfiles))]
    public void Nothing_that_is_copied_is_ignored(string dockerfile)
    {
        var ignored = RepositoryFiles.Read(".dockerignore").Split('\n');

        Assert.Contains("*", ignored);
        Assert.All(Copied(dockerfile).Select(source => source.Split('/')[0]), source => Assert.Contains($"!{source}", ignored));
    }

    /// <summary>Compose and Kubernetes rely on it; hadolint accepts an image without a user.</summary>
    [Theory, MemberData(nameof(Dockerfiles))]
    public void An_image_runs_as_a_user_without_rights(string dockerfile) =>
        Assert.Contains("\nUSER $APP_UID\n", RepositoryFiles.Read(dockerfile).Split("\nFROM ")[^1], StringComparison.Ordinal);

    private static IEnumerable<string> Copied(string dockerfile) =>
        Copy().Matches(RepositoryFiles.Read(dockerfile)).SelectMany(match => match.Groups["sources"].Value.Split(' '));

    private static IEnumerable<string> WithReferences(string project) =>
    [
        project,
        .. XDocument.Parse(RepositoryFiles.Read($"{project}/{project}.csproj")).Descendants("ProjectReference")
            .SelectMany(reference => WithReferences(((string)reference.Attribute("Include")!).Split('/')[1])),
    ];

    /// <summary>From the repository, not from another stage.</summary>
    [GeneratedRegex(@"^COPY (?!--)(?<sources>.+) \S+$", RegexOptions.Multiline)]
    private static partial Regex Copy();
}
