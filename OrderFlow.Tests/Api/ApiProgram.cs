using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OrderFlow.Tests.Fixtures;
using Orleans.Metadata;

namespace OrderFlow.Tests.Api;

/// <summary>Runs the API on a real HTTP server.</summary>
internal sealed class ApiProgram : WebApplicationFactory<ClusterClient>
{
    private readonly IGrainFactory? _grains;
    private readonly (string Key, string Value)[] _settings;
    private readonly Action<IServiceCollection>? _change;

    /// <summary>Runs the API with its own Orleans client, configured by these settings.</summary>
    public ApiProgram(params (string Key, string Value)[] settings)
        : this(settings, grains: null)
    {
    }

    /// <summary>Runs the API with further services.</summary>
    public ApiProgram((string Key, string Value)[] settings, Action<IServiceCollection> change)
        : this(settings, grains: null, change)
    {
    }

    /// <summary>Runs the API with these grains instead of a client of its own.</summary>
    public ApiProgram(IGrainFactory grains, params (string Key, string Value)[] settings)
        : this([("Postgres:ConnectionString", "Host=not.asked"), .. settings], grains)
    {
    }

    /// <summary>Runs the API with these grains and some services replaced.</summary>
    public ApiProgram(IGrainFactory grains, Action<IServiceCollection> change, params (string Key, string Value)[] settings)
        : this([("Postgres:ConnectionString", "Host=not.asked"), .. settings], grains, change)
    {
    }

    private ApiProgram((string Key, string Value)[] settings, IGrainFactory? grains, Action<IServiceCollection>? change = null)
    {
        (_grains, _settings, _change) = (grains, settings, change);
        UseKestrel();
        StartServer();
    }

    /// <summary>The errors that the program and its server have logged.</summary>
    public ConcurrentQueue<string> Errors { get; } = [];

    /// <summary>The log scopes of these errors.</summary>
    public ConcurrentQueue<string> ScopesOfErrors { get; } = [];

    /// <summary>A client that sends this token; null for none.</summary>
    public HttpClient As(string? token)
    {
        var client = CreateClient(new() { AllowAutoRedirect = false, BaseAddress = ClientOptions.BaseAddress });
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Sends a request literally, for what an HTTP client would not send, and returns the raw response.</summary>
    public async Task<string> Send(params string[] lines)
    {
        using var client = CreateClient();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(client.BaseAddress!.Host, client.BaseAddress.Port);
        await using var stream = tcp.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(string.Join("\r\n", [.. lines, "Host: test", "Connection: close", "", ""])));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync();
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment(Environments.Production);
        builder.UseUrls("http://127.0.0.1:0");
        builder.UseSetting("Auth:Issuer", Tokens.Issuer);
        builder.UseSetting("Auth:Audience", Tokens.Audience);
        builder.UseSetting("Auth:PublicKeyFile", Tokens.PublicKeyFile);
        foreach (var (key, value) in _settings) builder.UseSetting(key, value);
        builder.ConfigureLogging(logging => logging.AddProvider(new ErrorLog(Errors, ScopesOfErrors)));
        builder.ConfigureTestServices(services =>
        {
            if (_grains is not null) ReplaceClient(services, _grains);
            _change?.Invoke(services);
        });
    }

    private static void ReplaceClient(IServiceCollection services, IGrainFactory grains)
    {
        services.RemoveAll<IGrainFactory>();
        services.RemoveAll<IClusterClient>();
        var client = StartedClient.Of(grains);
        services.AddSingleton<IGrainFactory>(client);
        services.AddSingleton<IClusterClient>(client);
        services.AddSingleton(provider => new SiloManifests(provider.GetRequiredService<GrainInterfaceTypeResolver>()).Read(true, true));
        services.AddSingleton(provider => new RollingUpgrade(
            provider.GetRequiredService<SiloManifests>(), provider.GetRequiredService<GrainInterfaceTypeResolver>()));
    }
}
