using System.Text.RegularExpressions;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Manifests;

/// <summary>What the jobs of the workflows use is what the rest of the repository says: its SDK, its servers, its images, its documents.</summary>
public sealed partial class Workflow_jobs
{
    private const string Dependabot = ".github/dependabot.yml";

    /// <summary>A service is reached at the runner's own address, and not by its name.</summary>
    private static readonly string[] Addresses = ["KAFKA_CONTROLLER_QUORUM_VOTERS", "KAFKA_ADVERTISED_LISTENERS"];

    public static TheoryData<string> Jobs => [.. WorkflowFiles.Jobs.Select(job => job.Name)];

    /// <summary>The rule: whoever builds does so with the SDK that <c>global.json</c> names, which is the runner's own nowhere.</summary>
    [Theory, MemberData(nameof(Jobs))]
    public void The_SDK_is_that_of_global_json(string name)
    {
        var job = WorkflowFiles.Job(name);
        var sdks = job.StepsWith("actions/setup-dotnet").Select(step => step["with"]!).ToList();

        Assert.Equal(job.Commands.Any(command => Builds().IsMatch(command)), sdks.Count == 1);
        Assert.All(sdks, sdk =>
        {
            Assert.Equal("global.json", (string?)sdk["global-json-file"]);
            Assert.Null(sdk["dotnet-version"]);
        });
    }

    [Fact]
    public void Servers_are_those_of_compose()
    {
        var services = WorkflowFiles.Job("servers").Content["services"]!.AsObject();

        Assert.Equal(["kafka", "postgres", "redis"], services.Select(service => service.Key).Order(StringComparer.Ordinal));
        Assert.All(services, service => Assert.Equal((string?)ComposeFile.Services[service.Key]!["image"], (string?)service.Value!["image"]));
        Assert.All(
            services["kafka"]!["env"]!.AsObject().Where(variable => !Addresses.Contains(variable.Key)),
            variable => Assert.Equal((string?)ComposeFile.Services["kafka"]!["environment"]![variable.Key], (string?)variable.Value));
    }

    [Fact]
    public void The_programs_are_told_where_all_of_them_are()
    {
        var known = ProgramSettings.Of(ProgramSettings.SiloOptions).Select(setting => setting.Variable).ToHashSet();
        var told = WorkflowFiles.Job("servers").Content["env"]!.AsObject().Select(variable => variable.Key).ToList();

        Assert.Equal(["Kafka__BootstrapServers", "Postgres__ConnectionString", "Redis__ConnectionString"], told.Order(StringComparer.Ordinal));
        Assert.All(told, variable => Assert.Contains(variable, known));
    }

    [Fact]
    public void Every_image_is_built_with_an_account_of_what_it_is_made_of_and_looked_through()
    {
        var job = WorkflowFiles.Job("images");
        var built = job.Content["strategy"]!["matrix"]!["include"]!.AsArray().Select(one => (string)one!["dockerfile"]!);
        var attested = Assert.Single(job.StepsWith("docker/build-push-action"), step => step["with"]!["sbom"] is not null)["with"]!;

        Assert.Equal(RepositoryFiles.Where(name => Path.GetFileName(name) == "Dockerfile"), built.Order(StringComparer.Ordinal));
        Assert.Equal((true, "mode=max"), ((bool)attested["sbom"]!, (string?)attested["provenance"]));
        Assert.Equal("high", (string?)Assert.Single(job.StepsWith("anchore/scan-action"))["with"]!["severity-cutoff"]);
    }

    [Fact]
    public void Updates_are_looked_for_wherever_versions_are_written_down()
    {
        var updates = Yaml.Read(Dependabot)["updates"]!.AsArray().ToDictionary(update => (string)update!["package-ecosystem"]!, update => update!);
        var images = RepositoryFiles.Where(name => Path.GetFileName(name) == "Dockerfile").Select(name => "/" + Path.GetDirectoryName(name));

        Assert.Equal(["docker", "docker-compose", "dotnet-sdk", "github-actions", "nuget"], updates.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(images, updates["docker"]["directories"].Texts().Order(StringComparer.Ordinal));
        Assert.Equal("/" + Path.GetDirectoryName(ComposeFile.Name), (string?)updates["docker-compose"]["directory"]);
        Assert.All(updates.Values, update => Assert.Equal(("weekly", 5m), ((string?)update["schedule"]!["interval"], (decimal)update["cooldown"]!["default-days"]!)));
    }

    [Fact]
    public void The_document_says_of_every_job_when_it_is_run() =>
        Assert.Equal(
            WorkflowFiles.Jobs.Select(job => (job.Name, When(job))).Order(),
            Row().Matches(RepositoryFiles.Read("docs/ci.md")).Select(match => (match.Groups["job"].Value, match.Groups["when"].Value)).Order());

    private static string When(WorkflowJob job) =>
        job.File.EndsWith("/nightly.yml", StringComparison.Ordinal) ? "night" : job.Content["if"] is null ? "change" : "`main`";

    [GeneratedRegex(@"\bdotnet |infra/(?:run|test|coverage|chaos|soak|drill|bench)\.sh")]
    private static partial Regex Builds();

    [GeneratedRegex(@"^\| `(?<job>[a-z]+)` \| (?<when>change|`main`|night) \|", RegexOptions.Multiline)]
    private static partial Regex Row();
}
