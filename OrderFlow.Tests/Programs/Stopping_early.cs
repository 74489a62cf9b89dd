using System.Diagnostics;
using System.Globalization;
using OrderFlow.Silo.Kafka;
using OrderFlow.Tests.Api;

namespace OrderFlow.Tests.Programs;

/// <summary>
/// A silo that is asked to stop while it starts. The system would end it too, but not the first process of a container: there a signal that
/// the program does not listen to is lost.
/// </summary>
public sealed class Stopping_early
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Fact]
    public async Task A_silo_that_waits_for_Postgres_hears_that_it_is_to_end()
    {
        using var silo = Start();
        try
        {
            while (await silo.StandardOutput.ReadLineAsync().WaitAsync(Patience) is { } line && !line.Contains("waiting for Postgres", StringComparison.Ordinal))
            {
                // What else it says while it starts.
            }

            Process.Start("kill", ["-TERM", silo.Id.ToString(CultureInfo.InvariantCulture)]).Dispose();
            await silo.WaitForExitAsync().WaitAsync(Patience);   // less than it waits for Postgres

            Assert.Equal(0, silo.ExitCode);
        }
        finally
        {
            silo.Kill();
        }
    }

    private static Process Start()
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Topics).Assembly.Location]) { RedirectStandardOutput = true };
        start.Environment["Postgres__ConnectionString"] = "Host=127.0.0.1;Port=1;Database=orderflow;Username=orderflow;Password=orderflow";
        start.Environment["Redis__ConnectionString"] = "127.0.0.1:1";
        start.Environment["Kafka__BootstrapServers"] = "127.0.0.1:1";
        start.Environment["Auth__PublicKeyFile"] = Tokens.PublicKeyFile;
        start.Environment["Auth__Issuer"] = Tokens.Issuer;
        start.Environment["Auth__Audience"] = Tokens.Audience;
        return Process.Start(start)!;
    }
}
