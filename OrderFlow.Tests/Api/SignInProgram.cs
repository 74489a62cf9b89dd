using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using OrderFlow.Silo.Dashboard;

namespace OrderFlow.Tests.Api;

/// <summary>The dashboard's sign-in page on a real HTTP server, without a silo.</summary>
internal sealed class SignInProgram(WebApplication app) : IAsyncDisposable
{
    private readonly HttpClient _client = new(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = new Uri(app.Urls.Single()) };

    public static async Task<SignInProgram> Start((string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions { EnvironmentName = settings.FirstOrDefault(setting => setting.Key == "environment").Value });
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection([new("Auth:Audience", Tokens.Audience), .. settings.Select(setting => new KeyValuePair<string, string?>(setting.Key, setting.Value))]);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.AddDashboardAccess();
        var app = builder.Build();
        app.MapSignIn();
        await app.StartAsync();
        return new(app);
    }

    public async Task<HttpStatusCode> SignIn(string token)
    {
        using var form = new FormUrlEncodedContent([new("token", token)]);
        using var answer = await _client.PostAsync(new Uri("/sign-in", UriKind.Relative), form);
        return answer.StatusCode;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await app.StopAsync();
        await app.DisposeAsync();
    }
}
