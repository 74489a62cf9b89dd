using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Manifests;

/// <summary>The files of the repository, without what a build or a run has left.</summary>
internal static class RepositoryFiles
{
    private static readonly string[] Generated = ["bin", "obj", "TestResults", "node_modules"];

    /// <summary>Their paths from the root, with slashes.</summary>
    public static IEnumerable<string> Where(Func<string, bool> wanted) =>
        Below(Repository.Root).Select(file => Path.GetRelativePath(Repository.Root, file).Replace('\\', '/')).Where(wanted).Order(StringComparer.Ordinal);

    public static string Read(string name) => File.ReadAllText(Path.Combine(Repository.Root, name));

    /// <summary>Skips hidden folders, which belong to git and <c>infra/run.sh</c>.</summary>
    private static IEnumerable<string> Below(string folder) =>
    [
        .. Directory.EnumerateFiles(folder),
        .. Directory.EnumerateDirectories(folder).Where(inner => Path.GetFileName(inner) is var name && name[0] != '.' && !Generated.Contains(name)).SelectMany(Below),
    ];
}
