using System.Diagnostics;
using Npgsql;

namespace OrderFlow.Tests.Fixtures;

/// <summary>Runs the reconciler that operators use, <c>infra/check.sh</c>, on a cluster's database.</summary>
internal static class Reconciler
{
    /// <summary>Fails with the reconciler's output where an invariant of orders and stock is violated.</summary>
    public static async Task AssertConsistent(OrderFlowCluster cluster)
    {
        var database = new NpgsqlConnectionStringBuilder(cluster.ConnectionString);
        var uri = $"postgresql://{database.Username}:{database.Password}@{database.Host}:{database.Port}/{database.Database}";
        var start = new ProcessStartInfo("bash", [Path.Combine(Repository.Root, "infra", "check.sh"), "--postgres", uri]) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var check = Process.Start(start)!;
        var output = await Task.WhenAll(check.StandardOutput.ReadToEndAsync(), check.StandardError.ReadToEndAsync());
        await check.WaitForExitAsync();
        Assert.True(check.ExitCode == 0, string.Concat(output));
    }
}
