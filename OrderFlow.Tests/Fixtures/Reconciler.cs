using System.Diagnostics;
using Npgsql;

namespace OrderFlow.Tests.Fixtures;

/// <summary>Runs <c>infra/check.sh</c>, the operator's own reconciler, on a cluster's database.</summary>
internal static class Reconciler
{
    /// <summary>Fails where any invariant of orders and stock does not hold, with what the reconciler printed.</summary>
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
