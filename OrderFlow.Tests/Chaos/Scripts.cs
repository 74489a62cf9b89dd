using System.Diagnostics;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Chaos;

/// <summary>Runs shell and awk of <c>infra/</c> as its scripts do.</summary>
internal static class Scripts
{
    /// <summary>The beginning of every script: strict mode and the common library.</summary>
    private const string Strict = "set -euo pipefail; source infra/lib/common.sh; ";

    /// <summary>Runs a program and returns its exit code and its output on both streams.</summary>
    public static async Task<(int Status, string Said)> Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(said));
    }

    /// <summary>Runs lines of shell after the beginning of every script.</summary>
    /// <param name="lines">Lines that read the parameters as <c>$1</c>, <c>$2</c>, ….</param>
    /// <param name="parameters">Arguments of the lines.</param>
    public static Task<(int Status, string Said)> Shell(string lines, params string[] parameters) => Run("bash", ["-c", Strict + lines, "test", .. parameters]);

    /// <summary>The sorted lines of a program that must have succeeded.</summary>
    public static string[] Lines((int Status, string Said) ended)
    {
        Assert.True(ended.Status == 0, ended.Said);
        return [.. ended.Said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }
}
