using System.Diagnostics;
using System.Globalization;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Programs;

/// <summary>
/// A silo that gets SIGTERM while it starts. The kernel ignores a signal to the first process of a container
/// unless the program handles it.
/// </summary>
public sealed class StoppingWhileStarting
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_silo_that_waits_for_Postgres_ends_on_SIGTERM()
    {
        using var silo = Start();
        try
        {
            while (await silo.StandardOutput.ReadLineAsync().WaitAsync(Timeout) is { } line && !line.Contains("Waiting up to ", StringComparison.Ordinal))
            {
                // Skip the lines before.
            }

            Process.Start("kill", ["-TERM", silo.Id.ToString(CultureInfo.InvariantCulture)]).Dispose();
            await silo.WaitForExitAsync().WaitAsync(Timeout);   // sooner than it stops waiting for Postgres

            Assert.Equal(0, silo.ExitCode);
        }
        finally
        {
            silo.Kill();
        }
    }

    private static Process Start() => ProgramRun.Start(ProgramRun.Silo, [], new Dictionary<string, string>
    {
        ["Postgres__ConnectionString"] = "Host=127.0.0.1;Port=1;Database=orderflow;Username=orderflow;Password=orderflow",
        ["Redis__ConnectionString"] = "127.0.0.1:1",
        ["Kafka__BootstrapServers"] = "127.0.0.1:1",
        ["Auth__PublicKeyFile"] = Tokens.PublicKeyFile,
        ["Auth__Issuer"] = Tokens.Issuer,
        ["Auth__Audience"] = Tokens.Audience,
    });
}
