using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace OrderFlow.Tests.Manifests;

/// <summary>Images are built from what the projects are built from, and from nothing that changes under its name.</summary>
public sealed partial class Images
{
    private static readonly string[] Names = [.. RepositoryFiles.Where(name => Path.GetFileName(name) == "Dockerfile")];

    public static TheoryData<string> Dockerfiles => [.. Names];

    public static TheoryData<string> ImagesOfCompose => [.. ComposeFile.Services.Select(service => (string)service.Value!["image"]!).Distinct()];

    [Fact]
    public void Each_program_has_one() => Assert.Equal(["OrderFlow.Api/Dockerfile", "OrderFlow.Silo/Dockerfile"], Names);

    /// <summary>The rule: down to the patch, which is the second number of Postgres and the third of all others. What is stored is read again by the version that wrote it.</summary>
    [Theory, MemberData(nameof(ImagesOfCompose))]
    public void An_image_of_compose_is_of_one_version(string image) => Assert.Matches(@"^(postgres:\d+|[a-z0-9./-]+:v?\d+\.\d+)\.\d+(-[a-z]+)?$", image);

    /// <summary>The rule: down to the minor version and the system; patches of .NET are wanted as they come.</summary>
    [Theory, MemberData(nameof(Dockerfiles))]
    public void A_base_image_is_of_one_minor_version(string dockerfile)
    {
        var bases = From().Matches(RepositoryFiles.Read(dockerfile)).Select(match => match.Groups["image"].Value).ToList();

        Assert.Equal(2, bases.Count);
        Assert.All(bases, image => Assert.Matches(@"^mcr\.microsoft\.com/dotnet/(sdk|aspnet):10\.0-noble(-chiseled)?$", image));
    }

    [Theory, MemberData(nameof(Dockerfiles))]
    public void A_program_runs_without_rights_and_without_a_shell(string dockerfile)
    {
        var program = dockerfile.Split('/')[0];
        var last = RepositoryFiles.Read(dockerfile).Split("FROM ")[^1];

        Assert.StartsWith("mcr.microsoft.com/dotnet/aspnet:10.0-noble-chiseled\n", last, StringComparison.Ordinal);
        Assert.Contains("\nUSER $APP_UID\n", last, StringComparison.Ordinal);
        Assert.Contains($"\nENTRYPOINT [\"dotnet\", \"{program}.dll\"]\n", last, StringComparison.Ordinal);
        Assert.Contains($" CMD [\"dotnet\", \"{program}.dll\", {(program == "OrderFlow.Api" ? "\"health\", \"reachable\"" : "\"health\"")}]\n", last, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Dockerfiles))]
    public void Packages_are_those_of_the_lock_files(string dockerfile)
    {
        var text = RepositoryFiles.Read(dockerfile);

        Assert.Contains("--locked-mode\n", text, StringComparison.Ordinal);
        Assert.Contains(" --no-restore ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("://", text, StringComparison.Ordinal);
    }

    /// <summary>Whoever lets a project refer to one more finds out here, and not when an image is built the next time.</summary>
    [Theory, MemberData(nameof(Dockerfiles))]
    public void All_that_a_project_is_built_from_is_copied(string dockerfile)
    {
        var copied = Copy().Matches(RepositoryFiles.Read(dockerfile)).SelectMany(match => match.Groups["sources"].Value.Split(' ')).ToList();
        var projects = WithReferences(dockerfile.Split('/')[0]).Distinct().ToList();

        Assert.All(projects, project =>
        {
            Assert.Contains($"{project}/{project}.csproj", copied);
            Assert.Contains($"{project}/packages.lock.json", copied);
            Assert.Contains($"{project}/", copied);
        });
        Assert.All(projects.SelectMany(SharedSources), source => Assert.Contains(copied, folder => source.StartsWith(folder, StringComparison.Ordinal)));
    }

    [Fact]
    public void What_is_copied_is_not_ignored()
    {
        var ignored = RepositoryFiles.Read(".dockerignore").Split('\n');
        var copied = Names.SelectMany(dockerfile => Copy().Matches(RepositoryFiles.Read(dockerfile)))
            .SelectMany(match => match.Groups["sources"].Value.Split(' ')).Select(source => source.Split('/')[0]);

        Assert.Contains("*", ignored);
        Assert.All(copied, source => Assert.Contains($"!{source}", ignored));
    }

    private static IEnumerable<string> WithReferences(string project) =>
        [project, .. Included(project, "ProjectReference").SelectMany(reference => WithReferences(reference.Split('/')[0]))];

    /// <summary>Sources of a project that are in another one's folder.</summary>
    private static IEnumerable<string> SharedSources(string project) => Included(project, "Compile");

    private static IEnumerable<string> Included(string project, string element) =>
        from item in XDocument.Parse(RepositoryFiles.Read($"{project}/{project}.csproj")).Descendants(element)
        let path = (string?)item.Attribute("Include")
        where path?.StartsWith("../", StringComparison.Ordinal) == true
        select path!["../".Length..];

    [GeneratedRegex(@"^FROM (?<image>\S+)", RegexOptions.Multiline)]
    private static partial Regex From();

    /// <summary>From the repository, not from another stage.</summary>
    [GeneratedRegex(@"^COPY (?!--)(?<sources>.+) \S+$", RegexOptions.Multiline)]
    private static partial Regex Copy();
}
