using System.Diagnostics;
using OrderFlow.Silo.Kafka;

namespace OrderFlow.Tests.Fixtures;

/// <summary>Runs the programs as processes, with the given settings and no others.</summary>
internal static class ProgramRun
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);

    public static string Silo { get; } = typeof(Topics).Assembly.Location;

    public static string Api { get; } = typeof(OrderFlow.Api.Cluster.ClusterClient).Assembly.Location;

    /// <summary>Starts a program, which the caller must end.</summary>
    public static Process Start(string program, string[] arguments, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. arguments]) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var name in start.Environment.Keys.Where(name => name.Contains("__", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(name);
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (var (name, value) in settings) start.Environment[name] = value;
        return Process.Start(start)!;
    }

    /// <summary>Runs a program until it ends by itself. Errors are the lines that it wrote to standard error.</summary>
    public static async Task<(int ExitCode, string Output, string[] Errors)> ToEnd(string program, string[] arguments, IReadOnlyDictionary<string, string> settings)
    {
        using var process = Start(program, arguments, settings);
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync().WaitAsync(Timeout);
        await process.WaitForExitAsync().WaitAsync(Timeout);
        return (process.ExitCode, await output, errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }
}
