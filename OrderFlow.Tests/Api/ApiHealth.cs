using System.Net;
using OrderFlow.Health;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Health checks need no token.</summary>
public sealed class ApiHealth : IDisposable
{
    private readonly GivenGrains _grains = GivenGrains.Make();
    private readonly ApiProgram _api;

    public ApiHealth() => _api = new(_grains.Factory);

    [Theory]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/startup")]
    public async Task Liveness_needs_no_dependency(string address)
    {
        using var client = _api.As(null);
        Assert.Equal("""{"status":"ok"}""", await client.GetStringAsync(new Uri(address, UriKind.Relative)));
        Assert.Empty(_grains.Asked);
    }

    [Theory]
    [InlineData("/health/reachable", new[] { "IPingGrain(0).Ping" })]
    [InlineData("/health/ready", new[] { "IPingGrain(0).Ping", "IPingGrain(0).PingDatabase" })]
    [InlineData("/inventory/health", new[] { "IPingGrain(0).PingDatabase" })]
    public async Task Readiness_checks_its_dependencies(string address, string[] asked)
    {
        _grains.Answer<IPingGrain>((_, _) => Task.CompletedTask);
        using var client = _api.As(null);
        Assert.Equal("""{"status":"ok"}""", await client.GetStringAsync(new Uri(address, UriKind.Relative)));
        Assert.Equal(asked, _grains.Asked);
    }

    [Theory]
    [InlineData("/health/reachable", "Ping")]
    [InlineData("/health/ready", "Ping")]
    [InlineData("/health/ready", "PingDatabase")]
    [InlineData("/inventory/health", "PingDatabase")]
    public async Task An_unanswered_check_is_reported(string address, string question)
    {
        _grains.Answer<IPingGrain>((asked, _) => asked == question ? Task.FromException(new UnavailableException("gone")) : Task.CompletedTask);
        using var client = _api.As(null);
        using var answer = await client.GetAsync(new Uri(address, UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        await Problem.In(answer);
    }

    public void Dispose() => _api.Dispose();
}
