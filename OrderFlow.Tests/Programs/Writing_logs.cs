using System.Diagnostics;
using System.Text.Json.Nodes;
using OrderFlow.Silo.Kafka;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Programs;

/// <summary>For machines one JSON object a line; for people in Development lines to read.</summary>
public sealed class Writing_logs
{
    [Fact]
    public async Task A_line_is_JSON_with_a_time_in_UTC()
    {
        var line = JsonNode.Parse(await FirstLine("Production"))!;

        Assert.Equal(("Information", "Microsoft.Hosting.Lifetime"), ((string?)line["LogLevel"], (string?)line["Category"]));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string?)line["Timestamp"]);
        Assert.StartsWith("Now listening on", (string?)line["Message"], StringComparison.Ordinal);
        Assert.IsType<JsonArray>(line["Scopes"]);
    }

    [Fact]
    public async Task In_Development_it_is_not() => Assert.StartsWith("info: ", await FirstLine("Development"), StringComparison.Ordinal);

    /// <summary>A worker whose Redis is away starts all the same.</summary>
    private static async Task<string> FirstLine(string environment)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(Topics).Assembly.Location, "worker"]) { RedirectStandardOutput = true };
        start.Environment["ASPNETCORE_ENVIRONMENT"] = environment;
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        start.Environment["Redis__ConnectionString"] = "127.0.0.1:1";
        start.Environment["Logging__LogLevel__Default"] = "None";   // whatever Redis gives rise to
        start.Environment["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information";
        using var program = Process.Start(start)!;
        try
        {
            var lines = program.StandardOutput;
            return (await Eventually.Get("a line", () => lines.ReadLineAsync(), line => !string.IsNullOrEmpty(line)))!;
        }
        finally
        {
            program.Kill();
            await program.WaitForExitAsync();
        }
    }
}
