using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using OrderFlow.Tests.Api;
using OrderFlow.Tests.Fixtures;
using Examples = OrderFlow.Api.OpenApi.Examples;

namespace OrderFlow.Tests.OpenApi;

/// <summary>
/// Sends random valid and invalid requests, generated from the document, to every operation with every kind of token. Each must be answered as documented and
/// never with a 5xx. The requests are the same in each run unless <c>ORDERFLOW_FUZZ_SEED</c> is set; a failure names the seed.
/// </summary>
public sealed class ContractFuzzing : IAsyncLifetime, IDisposable
{
    private const int Requests = 6_000;
    private const int AtOnce = 8;
    private const int OrdersBefore = 100;
    private const string Seed = "ORDERFLOW_FUZZ_SEED";

    /// <summary>These succeed only with a dead letter, or a product of which no order holds units, which are too rare here.</summary>
    private static readonly string[] RarelySucceeds = ["replayDeadLetter", "deleteDeadLetter", "archiveProduct"];

    private static readonly string?[] ContentTypes =
    [
        "text/plain", "application/xml", "application/json; charset=utf-16", "application/merge-patch+json", "application/json;charset=\"utf-8\"", "nonsense", null,
    ];

    private readonly OpenApiFile _document = OpenApiFile.Committed;
    private readonly ExternalSystems _external = new();
    private readonly ConcurrentDictionary<(string Operation, int Status), int> _answers = new();
    private OrderFlowCluster? _cluster;

    public async Task InitializeAsync()
    {
        _cluster = await OrderFlowCluster.Start(silos: 1, external: _external);
        foreach (var product in new[] { "sku-1", "sku-2", "sku-3" }) await _cluster.SetStock(product, 100_000);
    }

    public async Task DisposeAsync()
    {
        if (_cluster is not null) await _cluster.DisposeAsync();
    }

    public void Dispose() => _external.Dispose();

    [Fact]
    public async Task Every_fuzzed_request_is_answered_as_documented()
    {
        var seed = int.Parse(Environment.GetEnvironmentVariable(Seed) ?? "1", CultureInfo.InvariantCulture);
        using var api = new ApiProgram(_cluster!.Client);
        using var anyone = api.As(null);
        using var nobody = api.As("no.token.this");
        using var alice = api.As(Tokens.Alice);
        using var admin = api.As(Tokens.Admin);
        for (var i = 0; i < OrdersBefore; i++) await alice.Place("alice", ("sku-1", 1));
        HttpClient[] callers = [alice, alice, alice, alice, admin, admin, admin, admin, anyone, nobody];

        await Parallel.ForEachAsync(Enumerable.Range(0, Requests), new ParallelOptions { MaxDegreeOfParallelism = AtOnce }, async (number, _) =>
        {
            // Each has its own random numbers, whatever the order of execution.
            var values = new FuzzedValues(_document, new Random(HashOf(seed, number)));
            var operation = _document.Operations[number % _document.Operations.Count];
            using var request = RequestOf(operation, values);
            var told = $"{Seed}={seed}, request {number}: {request.Method} {request.RequestUri} {request.Content?.Headers.ContentType} {await BodyOf(request)}";
            using var answer = await values.Pick(callers).SendAsync(
                request, operation.IsStream ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead, CancellationToken.None);
            await Check(operation, answer, told);
        });

        using var resumed = await admin.PostAsync(new Uri("/notifications/resume", UriKind.Relative), content: null);
        Assert.Empty(api.Errors);

        // Each operation has succeeded, and has rejected invalid requests if it can.
        var missing = _document.Operations
            .SelectMany(operation => operation.Statuses.Select(status => (operation.Id, status)))
            .Where(each => each.status is 400 or 401 or 413 or 415 || (each.status < 300 && !RarelySucceeds.Contains(each.Id)))
            .Except(_answers.Keys).ToList();
        Assert.True(missing.Count == 0, $"{Seed}={seed}: never answered: {string.Join(", ", missing)}");
        Assert.Equal(Requests, _answers.Values.Sum());
    }

    private static int HashOf(int seed, int number) => unchecked((seed * 486_187_739) + (number * 16_777_619));

    private static HttpRequestMessage RequestOf(Operation operation, FuzzedValues values)
    {
        var path = operation.Path;
        var query = new List<string>();
        var headers = new List<(string Name, string Value)>();
        foreach (var parameter in operation.Parameters)
        {
            var name = (string)parameter["name"]!;
            var value = values.Parameter(parameter);
            if ((string?)parameter["in"] == "path") path = path.Replace($"{{{name}}}", Uri.EscapeDataString(Segment(value)), StringComparison.Ordinal);
            else if (values.OneIn(2)) continue;
            else if ((string?)parameter["in"] == "header" && values.OneIn(2)) headers.Add((name, value));   // several conditions rarely hold at once
            else if ((string?)parameter["in"] == "header") continue;
            else query.Add($"{name}={Uri.EscapeDataString(value)}");
        }

        if (values.OneIn(10)) query.Add("unknown=1");
        if (values.OneIn(10)) headers.Add(("If-Match", values.Pick(["*", "\"2\"", "2"])));   // few operations take it
        var request = new HttpRequestMessage(
            new HttpMethod(operation.Method), new Uri(query.Count == 0 ? path : $"{path}?{string.Join('&', query)}", UriKind.Relative));
        foreach (var (name, value) in headers.Where(header => CanBeSent(header.Value))) request.Headers.TryAddWithoutValidation(name, value);
        if (operation.Body is { } body) request.Content = operation.Id == "importStock" && values.OneIn(3) ? CsvOf(values) : ContentOf(body, values, operation);
        return request;
    }

    /// <summary>An HTTP client sends nothing else in a header.</summary>
    private static bool CanBeSent(string value) => value.All(character => character is >= ' ' and <= '~');

    /// <summary>Skips values that would make another path.</summary>
    private static string Segment(string value) => value is "" or "health" || value.Trim('.').Length == 0 ? "other" : value;

    private static StringContent CsvOf(FuzzedValues values) => new(values.Csv(Examples.Csv), Encoding.UTF8, "text/csv");

    private static StringContent ContentOf(JsonObject body, FuzzedValues values, Operation operation)
    {
        var text = values.Body(body);
        if (values.OneIn(8)) text += new string(' ', operation.Id == "importStock" ? 1_100_000 : 70_000);
        var content = new StringContent(text, Encoding.UTF8, "application/json");
        if (values.OneIn(12))
        {
            content.Headers.Remove("Content-Type");
            if (values.Pick(ContentTypes) is { } type) content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        if (values.OneIn(40)) content.Headers.ContentEncoding.Add("gzip");
        return content;
    }

    private static async Task<string> BodyOf(HttpRequestMessage request)
    {
        const int longest = 500;
        var body = request.Content is null ? "" : Encoding.UTF8.GetString(await request.Content.ReadAsByteArrayAsync());   // its type may lie
        return body.Length > longest ? body[..longest] : body;
    }

    private async Task Check(Operation operation, HttpResponseMessage answer, string told)
    {
        var status = (int)answer.StatusCode;
        var isStream = operation.IsStream && answer.IsSuccessStatusCode;   // endless: only its start is checked
        var text = isStream ? await EventStreamClient.BeginningOf(answer) : await answer.Content.ReadAsStringAsync();
        try
        {
            Assert.InRange(status, 200, 499);
            var (type, content) = _document.Answer(operation, status)["content"]?.AsObject().Single() ?? default;   // a 304 has none
            Assert.Equal(type, answer.Content.Headers.ContentType?.MediaType);
            if (type is null) Assert.Equal("", text);
            else if (isStream) Assert.Equal("retry: 2000", text);
            else Assert.Equal("", _document.Objections(content!["schema"]!, JsonNode.Parse(text)));
            if (status >= 400) await Problem.In(answer);   // which also looks for type names and stack traces
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{told}\nanswered {status}: {text}\n{e.Message}", e);
        }

        _answers.AddOrUpdate((operation.Id, status), 1, (_, count) => count + 1);
    }
}
