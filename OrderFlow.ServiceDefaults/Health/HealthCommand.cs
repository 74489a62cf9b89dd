using System.Globalization;
using System.Net;

namespace OrderFlow.ServiceDefaults.Health;

/// <summary>
/// The mode <c>health</c> of both programs, for health checks of containers whose images have neither a shell nor curl: asks the running program for its health.
/// </summary>
internal static class HealthCommand
{
    /// <summary>How long to wait for an answer; the readiness checks themselves time out after 2 s.</summary>
    public static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    private const int DefaultPort = 5000;   // ASP.NET Core's own

    private static readonly string[] Checks = ["ready", "reachable", "live", "startup"];

    private static readonly string[] AnyAddress = ["*", "+", "0.0.0.0", "[::]"];

    /// <summary>Requests <c>/health/ready</c>, or the check that the argument names.</summary>
    /// <param name="args">What follows <c>health</c>: nothing, <c>ready</c>, <c>reachable</c> (the API alone), <c>live</c> or <c>startup</c>.</param>
    /// <returns>The exit code: 0 if healthy; 1 if not, or if there is no answer, with a sentence that says so; 2 for an invalid argument.</returns>
    public static async Task<int> Run(string[] args)
    {
        var check = args.FirstOrDefault(Checks[0]);
        if (args.Length > 1 || !Checks.Contains(check)) return await Fail(2, $"health takes one of {string.Join(", ", Checks)}.");
        if (Address(Environment.GetEnvironmentVariable) is not { } address) return await Fail(1, "ASPNETCORE_URLS has no http address to ask at.");

        var url = new Uri(address, $"/health/{check}");
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = ResponseTimeout };
        try
        {
            using var response = await client.GetAsync(url);
            return response.IsSuccessStatusCode ? 0 : await Fail(1, $"{url} answers {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return await Fail(1, $"{url} does not answer: {error.Message}");
        }
    }

    /// <summary>The program's address on its own machine, by the variables that configure where it listens; null if it does not listen on plain HTTP.</summary>
    public static Uri? Address(Func<string, string?> variable)
    {
        if (variable("ASPNETCORE_URLS") is { Length: > 0 } urls)
        {
            var http = ListenUrls.Read(urls).FirstOrDefault(listen => listen is { Scheme: "http", IsUnixPipe: false, IsNamedPipe: false });
            return http is null ? null : Local(http.Host, http.Port);
        }

        var port = ListenUrls.Split(variable("ASPNETCORE_HTTP_PORTS") ?? "").FirstOrDefault();
        return Local("*", port is null ? DefaultPort : int.Parse(port, CultureInfo.InvariantCulture));
    }

    private static Uri Local(string host, int port) => new($"http://{(AnyAddress.Contains(host) ? IPAddress.Loopback.ToString() : host)}:{port}");

    private static async Task<int> Fail(int exitCode, string error)
    {
        await Console.Error.WriteLineAsync(error);
        return exitCode;
    }
}
