using System.Net;
using OrderFlow.Health;
using OrderFlow.Inventory;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>What anyone may ask, without a token.</summary>
public sealed class Health_endpoints : IDisposable
{
    private readonly GivenGrains _grains = GivenGrains.Make();
    private readonly ApiProgram _api;

    public Health_endpoints() => _api = new(_grains.Factory);

    [Theory]
    [InlineData("/health")]
    [InlineData("/health/live")]
    [InlineData("/health/startup")]
    public async Task The_program_is_healthy_by_itself(string address)
    {
        using var client = _api.As(null);
        Assert.Equal("""{"status":"ok"}""", await client.GetStringAsync(new Uri(address, UriKind.Relative)));
        Assert.Empty(_grains.Asked);
    }

    [Theory]
    [InlineData("/health/ready")]
    [InlineData("/inventory/health")]
    public async Task What_it_depends_on_is_asked(string address)
    {
        _grains.Answer<IPingGrain>((_, _) => Task.CompletedTask);
        _grains.Answer<IStockQueryGrain>((_, _) => Task.FromResult(new Page<StockItem>([], 0, 1, 1)));
        using var client = _api.As(null);
        Assert.Equal("""{"status":"ok"}""", await client.GetStringAsync(new Uri(address, UriKind.Relative)));
        Assert.Single(_grains.Asked);
    }

    [Theory]
    [InlineData("/health/ready")]
    [InlineData("/inventory/health")]
    public async Task Where_it_does_not_answer_that_is_said(string address)
    {
        _grains.Answer<IPingGrain>((_, _) => Task.FromException(new SiloUnavailableException("gone")));
        _grains.Answer<IStockQueryGrain>((_, _) => Task.FromException<Page<StockItem>>(new TimeoutException("gone")));
        using var client = _api.As(null);
        using var answer = await client.GetAsync(new Uri(address, UriKind.Relative));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        await Problem.In(answer);
    }

    public void Dispose() => _api.Dispose();
}
