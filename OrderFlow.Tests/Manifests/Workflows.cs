using System.Text.RegularExpressions;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Manifests;

/// <summary>What GitHub runs is what is written here, may do no more than it must, and changes only by a commit.</summary>
public sealed partial class Workflows
{
    public static TheoryData<string> Files => [.. WorkflowFiles.Names];

    public static TheoryData<string> Jobs => [.. WorkflowFiles.Jobs.Select(job => job.Name)];

    [Fact]
    public void There_is_one_for_changes_and_one_for_nights() =>
        Assert.Equal([".github/workflows/ci.yml", ".github/workflows/nightly.yml"], WorkflowFiles.Names);

    /// <summary>The rule: a tag can be moved to other code, a commit cannot. The version beside it is for people, and for Dependabot.</summary>
    [Theory, MemberData(nameof(Files))]
    public void An_action_is_of_one_commit_that_says_its_version(string file)
    {
        var used = WorkflowFiles.Jobs.Where(job => job.File == file).SelectMany(job => job.Steps).Count(step => step["uses"] is not null);
        var lines = Uses().Matches(RepositoryFiles.Read(file)).Select(match => match.Groups["action"].Value).ToList();

        Assert.Equal(used, lines.Count);
        Assert.All(lines, action => Assert.Matches(Pinned(), action));
    }

    [Fact]
    public void An_action_is_of_the_same_commit_everywhere() =>
        Assert.All(
            WorkflowFiles.Names.SelectMany(file => Uses().Matches(RepositoryFiles.Read(file))).Select(match => match.Groups["action"].Value)
                .Distinct().GroupBy(action => action.Split('@')[0]),
            action => Assert.Single(action));

    [Theory, MemberData(nameof(Files))]
    public void A_workflow_may_nothing_and_ends_what_it_replaces_or_waits(string file)
    {
        var workflow = Yaml.Read(file);

        Assert.Equal("{}", workflow["permissions"]!.ToJsonString());
        Assert.NotNull(workflow["concurrency"]!["group"]);
    }

    /// <summary>Of the runs of one group that wait GitHub keeps the last and cancels the others, whatever <c>cancel-in-progress</c> says.</summary>
    [Fact]
    public void Only_a_newer_commit_of_a_pull_request_ends_a_run_and_every_commit_of_main_has_its_result()
    {
        var concurrency = Yaml.Read(".github/workflows/ci.yml")["concurrency"]!;

        Assert.Equal("ci-${{ github.event_name == 'pull_request' && github.ref || github.run_id }}", (string?)concurrency["group"]);
        Assert.True((bool)concurrency["cancel-in-progress"]!);
    }

    /// <summary>GitHub's own default has no <c>pipefail</c>, and a check at the head of a pipe could not fail.</summary>
    [Theory, MemberData(nameof(Files))]
    public void A_command_fails_where_any_part_of_it_does(string file)
    {
        Assert.Equal("bash", (string?)Yaml.Read(file)["defaults"]!["run"]!["shell"]);
        Assert.All(WorkflowFiles.Jobs.SelectMany(job => job.Steps), step => Assert.Null(step["shell"]));
    }

    [Theory, MemberData(nameof(Jobs))]
    public void A_job_may_read_the_sources_and_nothing_else(string name)
    {
        var job = WorkflowFiles.Job(name);

        Assert.Equal("""{"contents":"read"}""", job.Content["permissions"]!.ToJsonString());
        Assert.False((bool)Assert.Single(job.StepsWith("actions/checkout"))["with"]!["persist-credentials"]!);
    }

    [Theory, MemberData(nameof(Jobs))]
    public void A_job_has_a_bound_and_a_system_that_stays(string name)
    {
        var job = WorkflowFiles.Job(name).Content;

        Assert.InRange((decimal)job["timeout-minutes"]!, 1, 60);
        Assert.Equal("ubuntu-24.04", (string?)job["runs-on"]);
    }

    /// <summary>What GitHub puts into a command is read as part of it, quotes and all; a variable is not.</summary>
    [Theory, MemberData(nameof(Jobs))]
    public void A_command_stands_as_it_is_run(string name) =>
        Assert.All(WorkflowFiles.Job(name).Commands, command => Assert.DoesNotContain("${{", command, StringComparison.Ordinal));

    [Fact]
    public void A_file_that_a_command_names_is_there()
    {
        var named = WorkflowFiles.Jobs.SelectMany(job => job.Commands).SelectMany(command => FileName().Matches(command)).Select(match => match.Value).Distinct().ToList();

        Assert.Superset(new HashSet<string> { "infra/coverage.sh", "infra/run.sh", "infra/smoke.sh", "infra/docker-compose.yml" }, named.ToHashSet());
        Assert.All(named, file => Assert.True(Path.Exists(Path.Combine(Repository.Root, file)), $"there is no {file}"));
    }

    [Fact]
    public void What_is_got_on_the_way_is_of_one_version() =>
        Assert.All(
            WorkflowFiles.Jobs.SelectMany(job => job.Commands).SelectMany(command => GoRun().Matches(command)),
            tool => Assert.Matches(@"@v\d+\.\d+\.\d+$", tool.Groups["tool"].Value));

    [Theory]
    [InlineData("actions/checkout@v7")]
    [InlineData("actions/checkout@3d3c42e # v7.0.1")]
    [InlineData("actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1")]
    [InlineData("actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7")]
    public void An_action_that_is_not_pinned_is_found(string action) => Assert.DoesNotMatch(Pinned(), action);

    [GeneratedRegex(@"^\s*(?:- )?uses: *(?<action>.*)$", RegexOptions.Multiline)]
    private static partial Regex Uses();

    [GeneratedRegex(@"^[\w-]+/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")]
    private static partial Regex Pinned();

    [GeneratedRegex(@"(?<![\w./-])(?:infra|docs|OrderFlow\.\w+)/[\w./-]*\w|OrderFlow\.sln|\.ci/run")]
    private static partial Regex FileName();

    [GeneratedRegex(@"go (?:run|install) (?<tool>\S+)")]
    private static partial Regex GoRun();
}
