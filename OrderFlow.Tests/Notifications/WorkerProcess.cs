using System.Diagnostics;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Smtp;

namespace OrderFlow.Tests.Notifications;

/// <summary>The <c>worker</c> mode of the silo program in a process of its own, which sends mails.</summary>
internal sealed class WorkerProcess : IDisposable
{
    private static readonly HttpClient Http = new();

    private readonly Process _process;
    private readonly Uri _url;

    private WorkerProcess(Process process, Uri url) => (_process, _url) = (process, url);

    public bool IsRunning => !_process.HasExited;

    /// <param name="redis">A StackExchange.Redis configuration string.</param>
    /// <param name="queue">The name of the queue.</param>
    /// <param name="mails">The mail server.</param>
    /// <param name="settings">Further settings, such as <c>Notifications__Worker__Lease</c>.</param>
    public static WorkerProcess Start(string redis, string queue, MailServer mails, params (string Name, string Value)[] settings)
    {
        var url = new Uri($"http://127.0.0.1:{Random.Shared.Next(20_000, 32_768)}");
        var start = new ProcessStartInfo("dotnet", [typeof(NotificationQueue).Assembly.Location, "worker"]);
        (string Name, string Value)[] all =
        [
            ("ASPNETCORE_URLS", url.ToString()),
            ("DOTNET_gcServer", "0"),
            ("Logging__Console__LogLevel__Default", "None"),
            ("Redis__ConnectionString", redis),
            ("Redis__Queue", queue),
            ("Notifications__Sender", "smtp"),
            ("Smtp__Host", "127.0.0.1"),
            ("Smtp__Port", $"{mails.Port}"),
            ("Smtp__Security", "none"),
            ("Smtp__From", "orders@shop.example"),
            ("Smtp__RecipientDomain", "users.example"),
            .. settings,
        ];
        foreach (var (name, value) in all) start.Environment[name] = value;
        return new(Process.Start(start)!, url);
    }

    public Task WaitUntilHealthy() => Eventually.Get("the worker to be healthy", Health, answer => answer == """{"status":"ok"}""");

    /// <summary>Kills it with SIGKILL.</summary>
    public async Task Kill()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public void Dispose()
    {
        if (IsRunning) _process.Kill();
        _process.Dispose();
    }

    private async Task<string> Health()
    {
        try
        {
            return await Http.GetStringAsync(new Uri(_url, "/health"));
        }
        catch (HttpRequestException error)
        {
            return error.Message;
        }
    }
}
