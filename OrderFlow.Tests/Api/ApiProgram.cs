extern alias api;

using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Reflection;
using System.Text;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;

namespace OrderFlow.Tests.Api;

/// <summary>The API as it runs, on a real HTTP server; only the client that it reaches grains by is given.</summary>
internal sealed class ApiProgram : WebApplicationFactory<api::Program>
{
    private readonly IGrainFactory _grains;

    public ApiProgram(IGrainFactory grains)
    {
        _grains = grains;
        UseKestrel();
        StartServer();
    }

    /// <summary>A client that sends this token; null for none.</summary>
    public HttpClient As(string? token)
    {
        var client = CreateClient(new() { AllowAutoRedirect = false, BaseAddress = ClientOptions.BaseAddress });
        if (token is not null) client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>Sends a request as it is written, for what an HTTP client would not send, and returns the answer as it comes.</summary>
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
        builder.UseSetting("Postgres:ConnectionString", "Host=not.asked");
        builder.ConfigureTestServices(services =>
        {
            services.RemoveAll<IGrainFactory>();
            services.RemoveAll<IClusterClient>();
            var client = StartedClient.Of(_grains);
            services.AddSingleton<IGrainFactory>(client);
            services.AddSingleton<IClusterClient>(client);
        });
    }
}

/// <summary>An Orleans client, as the API's connection sees one.</summary>
public interface IStartedClient : IClusterClient, IHostedService;

/// <summary>A client whose connection is somebody else's: it passes calls on to a grain factory that is there already.</summary>
public class StartedClient : DispatchProxy
{
    private IGrainFactory? _grains;

    public static IStartedClient Of(IGrainFactory grains)
    {
        var client = Create<IStartedClient, StartedClient>();
        ((StartedClient)(object)client)._grains = grains;
        return client;
    }

    protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => targetMethod!.DeclaringType == typeof(IHostedService)
        ? Task.CompletedTask
        : targetMethod.Invoke(_grains, BindingFlags.DoNotWrapExceptions, binder: null, args, culture: null);
}
