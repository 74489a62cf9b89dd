using System.Text.Json.Nodes;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Programs;

/// <summary>Logs are one JSON object a line, and plain text in Development.</summary>
public sealed class LogFormat
{
    [Fact]
    public async Task A_log_line_is_JSON_with_a_UTC_timestamp()
    {
        var line = JsonNode.Parse(await FirstLine("Production"))!;

        Assert.Equal(("Information", "Microsoft.Hosting.Lifetime"), ((string?)line["LogLevel"], (string?)line["Category"]));
        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$", (string?)line["Timestamp"]);
        Assert.StartsWith("Now listening on", (string?)line["Message"], StringComparison.Ordinal);
        Assert.IsType<JsonArray>(line["Scopes"]);
    }

    [Fact]
    public async Task In_Development_a_log_line_is_plain_text() => Assert.StartsWith("info: ", await FirstLine("Development"), StringComparison.Ordinal);

    /// <summary>Starts a worker, which starts without Redis too.</summary>
    private static async Task<string> FirstLine(string environment)
    {
        using var program = ProgramRun.Start(ProgramRun.Silo, ["worker"], new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = environment,
            ["Redis__ConnectionString"] = "127.0.0.1:1",
            ["Logging__LogLevel__Default"] = "None",   // without the lines about Redis
            ["Logging__LogLevel__Microsoft.Hosting.Lifetime"] = "Information",
        });
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
