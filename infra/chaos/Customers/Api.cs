using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using OrderFlow.Chaos.Ledger;

namespace OrderFlow.Chaos.Customers;

/// <summary>A request as it is to be made, the same each time.</summary>
internal sealed record Request(HttpMethod Method, string Path, string Token, object? Body = null, string? Key = null);

/// <summary>What came of a request: every try, and the body of the last answer.</summary>
internal sealed record Answer(IReadOnlyList<Try> Tries, string Body);

/// <summary>
/// The APIs, as a careful client uses them: requests go to each in turn, and what has no answer, or one that leaves the outcome open, is tried again at the
/// next one, the same request with the same key, until there is one or patience ends.
/// </summary>
internal sealed class Api(ChaosSettings settings) : IDisposable
{
    /// <summary>Longer than the API gives itself.</summary>
    private static readonly TimeSpan LongestTry = TimeSpan.FromSeconds(35);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan LongestConnect = TimeSpan.FromSeconds(3);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false, UseCookies = false, ConnectTimeout = LongestConnect })
    {
        Timeout = LongestTry,
    };

    private int _turn;

    public async Task<Answer> Ask(Request request)
    {
        var tries = new List<Try>();
        var began = Stopwatch.GetTimestamp();
        var pause = FirstPause;
        for (var turn = (uint)Interlocked.Increment(ref _turn); ; turn++)
        {
            var (attempt, body, wanted) = await TryOnce(request, (int)(turn % settings.Apis.Count));
            tries.Add(attempt);
            var wait = wanted ?? pause;
            if (attempt.IsAnswer || tries.Count >= settings.Tries || Stopwatch.GetElapsedTime(began) + wait > settings.Patience) return new(tries, body);

            await Task.Delay(wait);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<(Try Attempt, string Body, TimeSpan? ComeBackAfter)> TryOnce(Request request, int api)
    {
        using var message = new HttpRequestMessage(request.Method, new Uri(settings.Apis[api], request.Path));
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", request.Token);
        if (request.Key is { } key) message.Headers.Add("Idempotency-Key", key);
        if (request.Body is { } body) message.Content = JsonContent.Create(body);

        var at = Uptime.Now;
        var began = Stopwatch.GetTimestamp();
        Try Ended(int status, string? error) => new(at, api, Math.Round(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 1), status, error);
        try
        {
            using var answer = await _http.SendAsync(message);
            var text = await answer.Content.ReadAsStringAsync();
            var attempt = Ended((int)answer.StatusCode, null);
            return (attempt.IsAnswer ? attempt : attempt with { Error = text }, text, answer.Headers.RetryAfter?.Delta);
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException)
        {
            return (Ended(0, e.InnerException?.Message ?? e.Message), "", null);
        }
    }
}
