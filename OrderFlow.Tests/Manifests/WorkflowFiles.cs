using System.Text.Json.Nodes;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Manifests;

/// <summary>What GitHub Actions runs: <c>.github/workflows</c>.</summary>
internal static class WorkflowFiles
{
    private const string Folder = ".github/workflows";

    /// <summary>Their names from the root on.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        .. Directory.EnumerateFiles(Path.Combine(Repository.Root, Folder)).Select(file => $"{Folder}/{Path.GetFileName(file)}").Order(StringComparer.Ordinal),
    ];

    public static IReadOnlyList<WorkflowJob> Jobs { get; } =
    [
        .. from name in Names
           from job in Yaml.Read(name)["jobs"]!.AsObject()
           select new WorkflowJob(name, job.Key, job.Value!),
    ];

    public static WorkflowJob Job(string name) => Jobs.Single(job => job.Name == name);
}

/// <summary>A job of a workflow.</summary>
/// <param name="File">The workflow's, from the root on.</param>
/// <param name="Name">What the workflow calls it.</param>
/// <param name="Content">All that the workflow says of it.</param>
internal sealed record WorkflowJob(string File, string Name, JsonNode Content)
{
    public IReadOnlyList<JsonNode> Steps { get; } = [.. Content["steps"]!.AsArray().Select(step => step!)];

    /// <summary>What its steps have bash do.</summary>
    public IEnumerable<string> Commands => Steps.Select(step => (string?)step["run"]).OfType<string>();

    /// <summary>Its steps with an action, by the action's name without the version.</summary>
    public IEnumerable<JsonNode> StepsWith(string action) => Steps.Where(step => ((string?)step["uses"])?.Split('@')[0] == action);
}
