using System.ComponentModel;
using System.Diagnostics;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Kubernetes;

/// <summary><c>kubectl kustomize</c>, which needs no cluster, on a copy of <c>infra/</c> with secrets of its own.</summary>
internal static class Kubectl
{
    /// <summary>What scripts make and git does not keep: here it is made anew.</summary>
    private static readonly string[] Made = ["infra/k8s/overlays/dev/secrets/settings.env", "infra/k8s/overlays/dev/secrets/public.pem", "infra/.env"];

    private static readonly string[] HasComponents = ["version", "--client", "--output=json"];

    /// <summary>Set to <c>yes</c> where the tests must not be passed over.</summary>
    private const string Required = "ORDERFLOW_TESTS_NEED_KUBECTL";

    /// <summary>Why tests with it are passed over; null where it is there, or must be.</summary>
    public static string? Missing { get; } = Environment.GetEnvironmentVariable(Required) == "yes" || Answers() ? null : "kubectl is not installed";

    /// <summary>What it prints for an overlay as it comes out of git, and for the overlay's secrets, where it has some, once they are made.</summary>
    public static string Kustomize(string overlay)
    {
        var copy = Directory.CreateTempSubdirectory("orderflow-kustomize-").FullName;
        try
        {
            foreach (var name in RepositoryFiles.Where(name => name.StartsWith("infra/", StringComparison.Ordinal) && !IsMade(name)))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(copy, name))!);
                File.Copy(Path.Combine(Repository.Root, name), Path.Combine(copy, name));
            }

            var folder = Path.Combine(copy, "infra", "k8s", "overlays", overlay);
            var secrets = Path.Combine(folder, "secrets");
            var objects = Run("kubectl", "kustomize", folder);
            if (!Directory.Exists(secrets)) return objects;

            Run("bash", Path.Combine(copy, "infra", "k8s", "secrets.sh"));
            return $"{objects}\n---\n{Run("kubectl", "kustomize", secrets)}";
        }
        finally
        {
            Directory.Delete(copy, recursive: true);
        }
    }

    /// <summary>What a program prints that must succeed.</summary>
    /// <exception cref="InvalidOperationException">It did not; the message has what it said.</exception>
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("Auth__PublicKeyFile");   // the copy's own is wanted
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {errors.Result}");
    }

    private static bool IsMade(string name) => Made.Any(made => name.StartsWith(made, StringComparison.Ordinal));

    private static bool Answers()
    {
        try
        {
            return Run("kubectl", HasComponents).Contains("kustomizeVersion", StringComparison.Ordinal);
        }
        catch (Exception error) when (error is Win32Exception or InvalidOperationException)
        {
            return false;
        }
    }
}

/// <summary>A test of what kubectl prints.</summary>
internal sealed class KubectlFactAttribute : FactAttribute
{
    public KubectlFactAttribute() => Skip = Kubectl.Missing;
}

/// <summary>A test of what kubectl prints, for each of several.</summary>
internal sealed class KubectlTheoryAttribute : TheoryAttribute
{
    public KubectlTheoryAttribute() => Skip = Kubectl.Missing;
}
