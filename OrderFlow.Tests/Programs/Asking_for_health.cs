using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using OrderFlow.ServiceDefaults.Health;
using OrderFlow.Silo.Kafka;

namespace OrderFlow.Tests.Programs;

/// <summary>The <c>health</c> mode of both programs, which is what containers check their health with.</summary>
public sealed class Asking_for_health
{
    public static TheoryData<string> Programs => [typeof(Topics).Assembly.Location, typeof(OrderFlow.Api.Cluster.ClusterClient).Assembly.Location];

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
    public void The_program_is_asked_where_it_was_told_to_listen(string? urls, string? ports, string? address) =>
        Assert.Equal(address, HealthCommand.Address(name => name == "ASPNETCORE_URLS" ? urls : name == "ASPNETCORE_HTTP_PORTS" ? ports : null)?.ToString());

    [Theory, MemberData(nameof(Programs))]
    public async Task A_good_answer_is_exit_code_0(string program)
    {
        await using var answering = await Listener.Start(path => path == "/health/ready" ? 200 : 404);

        Assert.Equal((0, ""), await Run(program, answering.Url));
    }

    [Theory, MemberData(nameof(Programs))]
    public async Task A_bad_answer_is_exit_code_1_and_said(string program)
    {
        await using var answering = await Listener.Start(path => path == "/health/ready" ? 503 : 200);

        Assert.Equal((1, $"{answering.Url}/health/ready answers 503: not today"), await Run(program, answering.Url));
    }

    [Theory, MemberData(nameof(Programs))]
    public async Task No_answer_is_exit_code_1_and_said(string program)
    {
        var (exitCode, said) = await Run(program, "http://127.0.0.1:1");

        Assert.Equal(1, exitCode);
        Assert.StartsWith("http://127.0.0.1:1/health/ready does not answer: ", said, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("reachable")]
    [InlineData("live")]
    [InlineData("startup")]
    public async Task Another_question_can_be_asked(string question)
    {
        await using var answering = await Listener.Start(path => path == $"/health/{question}" ? 200 : 404);

        Assert.Equal((0, ""), await Run(typeof(Topics).Assembly.Location, answering.Url, question));
    }

    [Fact]
    public async Task A_question_that_there_is_not_is_exit_code_2() =>
        Assert.Equal((2, "health takes one of ready, reachable, live, startup."), await Run(typeof(Topics).Assembly.Location, "http://127.0.0.1:1", "well"));

    private static async Task<(int ExitCode, string Said)> Run(string program, string urls, params string[] question)
    {
        var start = new ProcessStartInfo("dotnet", [program, "health", .. question]) { RedirectStandardError = true };
        start.Environment["ASPNETCORE_URLS"] = urls;
        using var asking = Process.Start(start)!;
        var said = await asking.StandardError.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(60));
        await asking.WaitForExitAsync();
        return (asking.ExitCode, said.TrimEnd());
    }

    /// <summary>Stands where the program would, and answers each path with the status it is given.</summary>
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
