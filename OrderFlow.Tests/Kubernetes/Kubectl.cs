using System.ComponentModel;
using System.Diagnostics;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Manifests;

namespace OrderFlow.Tests.Kubernetes;

/// <summary><c>kubectl kustomize</c>, which needs no cluster, run on a copy of <c>infra/</c> with secrets of its own.</summary>
internal static class Kubectl
{
    /// <summary>Files that scripts generate and git ignores; each copy gets new ones.</summary>
    private static readonly string[] Generated = ["infra/k8s/overlays/dev/secrets/settings.env", "infra/k8s/overlays/dev/secrets/public.pem", "infra/.env"];

    private static readonly string[] HasComponents = ["version", "--client", "--output=json"];

    /// <summary>Set to <c>yes</c>, the tests fail instead of being skipped without kubectl.</summary>
    private const string Required = "ORDERFLOW_TESTS_NEED_KUBECTL";

    /// <summary>Why tests are skipped; null where kubectl is installed or required.</summary>
    public static string? Missing { get; } = Environment.GetEnvironmentVariable(Required) == "yes" || IsInstalled() ? null : "kubectl is not installed";

    /// <summary>The objects of an overlay as it is in git, then those of its secrets, generated where it has some.</summary>
    public static string Kustomize(string overlay)
    {
        var copy = Directory.CreateTempSubdirectory("orderflow-kustomize-").FullName;
        try
        {
            foreach (var name in RepositoryFiles.Where(name => name.StartsWith("infra/", StringComparison.Ordinal) && !IsGenerated(name)))
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

    /// <summary>Runs a program and returns its output.</summary>
    /// <exception cref="InvalidOperationException">It failed; the message has its errors.</exception>
    public static string Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment.Remove("Auth__PublicKeyFile");   // the copy uses its own key
        using var process = Process.Start(start)!;
        var errors = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} exited with {process.ExitCode}: {errors.Result}");
    }

    private static bool IsGenerated(string name) => Generated.Any(file => name.StartsWith(file, StringComparison.Ordinal));

    private static bool IsInstalled()
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

/// <summary>A test that needs kubectl.</summary>
internal sealed class KubectlFactAttribute : FactAttribute
{
    public KubectlFactAttribute() => Skip = Kubectl.Missing;
}

/// <summary>A theory that needs kubectl.</summary>
internal sealed class KubectlTheoryAttribute : TheoryAttribute
{
    public KubectlTheoryAttribute() => Skip = Kubectl.Missing;
}
