using System.Diagnostics;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Chaos;

/// <summary>The shell and awk of <c>infra/</c>, run as the scripts run them.</summary>
internal static class Scripts
{
    /// <summary>Where the scripts find their libraries; strict, as all of them are.</summary>
    private const string Strict = "set -euo pipefail; source infra/lib/common.sh; ";

    /// <summary>What a program says, on either stream, and what it ends with.</summary>
    public static async Task<(int Status, string Said)> Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = Repository.Root, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var said = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(said));
    }

    /// <summary>Runs lines of shell, after those that every script begins with.</summary>
    /// <param name="lines">Its first parameters are <c>$1</c>, <c>$2</c>, ….</param>
    /// <param name="parameters">Those.</param>
    public static Task<(int Status, string Said)> Shell(string lines, params string[] parameters) => Run("bash", ["-c", Strict + lines, "test", .. parameters]);

    /// <summary>The lines of what must have succeeded, in order.</summary>
    public static string[] Lines((int Status, string Said) ended)
    {
        Assert.True(ended.Status == 0, ended.Said);
        return [.. ended.Said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal)];
    }
}
