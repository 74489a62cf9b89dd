using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OrderFlow.ServiceDefaults.Health;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Programs;

/// <summary>The <c>health</c> command of both programs, for the health checks of containers.</summary>
public sealed class HealthCommands
{
    public static TheoryData<string> Programs => [ProgramRun.Silo, ProgramRun.Api];

    [Theory]
    [InlineData("http://127.0.0.1:9000", null, "http://127.0.0.1:9000/")]
    [InlineData("http://*:8080", "7000", "http://127.0.0.1:8080/")]
    [InlineData("http://+:8080", null, "http://127.0.0.1:8080/")]
    [InlineData("http://0.0.0.0:8080", null, "http://127.0.0.1:8080/")]
    [InlineData("http://[::]:8080", null, "http://127.0.0.1:8080/")]
    [InlineData("http://silo-1:8080", null, "http://silo-1:8080/")]
    [InlineData("https://*:8443;http://*:8080", null, "http://127.0.0.1:8080/")]
    [InlineData("http://unix:/run/api.sock", null, null)]
    [InlineData("https://*:8443", "8080", null)]
    [InlineData(null, "8081;8082", "http://127.0.0.1:8081/")]
    [InlineData("", "", "http://127.0.0.1:5000/")]
    public void The_address_follows_the_variables_that_set_where_the_program_listens(string? urls, string? ports, string? address) =>
        Assert.Equal(address, HealthCommand.Address(name => name == "ASPNETCORE_URLS" ? urls : name == "ASPNETCORE_HTTP_PORTS" ? ports : null)?.ToString());

    [Theory, MemberData(nameof(Programs))]
    public async Task A_healthy_answer_is_exit_code_0(string program)
    {
        await using var answering = await Listener.Start(path => path == "/health/ready" ? 200 : 404);

        Assert.Equal((0, ""), await Run(program, answering.Url));
    }

    [Theory, MemberData(nameof(Programs))]
    public async Task An_unhealthy_answer_is_exit_code_1_and_printed(string program)
    {
        await using var answering = await Listener.Start(path => path == "/health/ready" ? 503 : 200);

        Assert.Equal((1, $"{answering.Url}/health/ready answers 503: not today"), await Run(program, answering.Url));
    }

    [Theory, MemberData(nameof(Programs))]
    public async Task No_answer_is_exit_code_1_and_printed(string program)
    {
        var (exitCode, error) = await Run(program, "http://127.0.0.1:1");

        Assert.Equal(1, exitCode);
        Assert.StartsWith("http://127.0.0.1:1/health/ready does not answer: ", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reachable")]
    [InlineData("live")]
    [InlineData("startup")]
    public async Task Another_check_can_be_named(string check)
    {
        await using var answering = await Listener.Start(path => path == $"/health/{check}" ? 200 : 404);

        Assert.Equal((0, ""), await Run(ProgramRun.Silo, answering.Url, check));
    }

    [Fact]
    public async Task An_unknown_check_is_exit_code_2() =>
        Assert.Equal((2, "health takes one of ready, reachable, live, startup."), await Run(ProgramRun.Silo, "http://127.0.0.1:1", "well"));

    private static async Task<(int ExitCode, string Error)> Run(string program, string urls, params string[] check)
    {
        var (exitCode, _, errors) = await ProgramRun.ToEnd(program, ["health", .. check], new Dictionary<string, string> { ["ASPNETCORE_URLS"] = urls });
        return (exitCode, string.Join('\n', errors));
    }

    /// <summary>Listens in place of the program and answers each path with a given status.</summary>
    private sealed class Listener(WebApplication app) : IAsyncDisposable
    {
        public string Url => app.Urls.Single();

        public static async Task<Listener> Start(Func<string, int> status)
        {
            var app = WebApplication.CreateSlimBuilder().Build();
            app.Urls.Add("http://127.0.0.1:0");
            app.Run(async context =>
            {
                context.Response.StatusCode = status(context.Request.Path);
                await context.Response.WriteAsync("not today");
            });
            await app.StartAsync();
            return new(app);
        }

        public ValueTask DisposeAsync() => app.DisposeAsync();
    }
}
