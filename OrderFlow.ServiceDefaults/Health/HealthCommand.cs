using System.Globalization;
using System.Net;

namespace OrderFlow.ServiceDefaults.Health;

/// <summary>
/// The <c>health</c> mode of both programs, for health checks of containers, whose images have neither a shell nor curl: asks the program that listens where
/// this one would, and is done.
/// </summary>
internal static class HealthCommand
{
    /// <summary>How long an answer is waited for; readiness itself waits 2 s for what it looks at.</summary>
    public static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(5);

    private const int PortWhereNoneIsSet = 5000;   // ASP.NET Core's own

    private static readonly string[] Questions = ["ready", "reachable", "live", "startup"];

    private static readonly string[] AnyAddress = ["*", "+", "0.0.0.0", "[::]"];

    /// <summary>Asks <c>/health/ready</c>, or what the argument names.</summary>
    /// <param name="args">What follows <c>health</c>: nothing, <c>ready</c>, <c>reachable</c> (the API alone), <c>live</c> or <c>startup</c>.</param>
    /// <returns>The exit code: 0 where the answer is good; 1 where it is not, or there is none, with a sentence that says so; 2 where the argument is none of those.</returns>
    public static async Task<int> Run(string[] args)
    {
        var question = args.FirstOrDefault(Questions[0]);
        if (args.Length > 1 || !Questions.Contains(question)) return await Say(2, $"health takes one of {string.Join(", ", Questions)}.");
        if (Address(Environment.GetEnvironmentVariable) is not { } address) return await Say(1, "ASPNETCORE_URLS has no http address to ask at.");

        var url = new Uri(address, $"/health/{question}");
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = ResponseTimeout };
        try
        {
            using var answer = await client.GetAsync(url);
            return answer.IsSuccessStatusCode ? 0 : await Say(1, $"{url} answers {(int)answer.StatusCode}: {await answer.Content.ReadAsStringAsync()}");
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException)
        {
            return await Say(1, $"{url} does not answer: {error.Message}");
        }
    }

    /// <summary>Where the program is reached from its own machine, by the variables that tell it where to listen; null where that is not over plain HTTP.</summary>
    public static Uri? Address(Func<string, string?> variable)
    {
        if (variable("ASPNETCORE_URLS") is { Length: > 0 } urls)
        {
            var http = ListenUrls.Read(urls).FirstOrDefault(listen => listen is { Scheme: "http", IsUnixPipe: false, IsNamedPipe: false });
            return http is null ? null : At(http.Host, http.Port);
        }

        var port = ListenUrls.Split(variable("ASPNETCORE_HTTP_PORTS") ?? "").FirstOrDefault();
        return At("*", port is null ? PortWhereNoneIsSet : int.Parse(port, CultureInfo.InvariantCulture));
    }

    private static Uri At(string host, int port) => new($"http://{(AnyAddress.Contains(host) ? IPAddress.Loopback.ToString() : host)}:{port}");

    private static async Task<int> Say(int exitCode, string sentence)
    {
        await Console.Error.WriteLineAsync(sentence);
        return exitCode;
    }
}
