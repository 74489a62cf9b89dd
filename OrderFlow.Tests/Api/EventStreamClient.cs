using System.Net;
using System.Text.Json.Nodes;

namespace OrderFlow.Tests.Api;

/// <summary>A received event, with its id if it had one.</summary>
internal sealed record StreamedEvent(string Name, string? Id, JsonObject Data)
{
    /// <summary>The event in one line.</summary>
    public string Told => $"{Name} {Id} {(string?)Data["status"]}".Trim();
}

/// <summary>A client of an event stream. Reads no further than it is asked to.</summary>
internal sealed class EventStreamClient : IDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private readonly HttpResponseMessage _answer;
    private readonly StreamReader _lines;

    private EventStreamClient(HttpResponseMessage answer, Stream body) => (_answer, _lines) = (answer, new StreamReader(body));

    public HttpResponseMessage Answer => _answer;

    /// <summary>Connects, and reads up to the first event.</summary>
    public static async Task<EventStreamClient> Connect(HttpClient client, string address, string? lastEventId = null)
    {
        var answer = await Ask(client, address, lastEventId);
        Assert.Equal((HttpStatusCode.OK, "text/event-stream"), (answer.StatusCode, answer.Content.Headers.ContentType?.MediaType));
        var stream = new EventStreamClient(answer, await answer.Content.ReadAsStreamAsync());
        Assert.Equal(("retry: 2000", ""), (await stream.Line(), await stream.Line()));
        return stream;
    }

    /// <summary>Requests a stream, and returns once the response has started.</summary>
    public static async Task<HttpResponseMessage> Ask(HttpClient client, string address, string? lastEventId = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(address, UriKind.Relative));
        if (lastEventId is not null) Assert.True(request.Headers.TryAddWithoutValidation("Last-Event-ID", lastEventId));
        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>The first line of a response.</summary>
    public static async Task<string> BeginningOf(HttpResponseMessage answer)
    {
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync());
        return await lines.ReadLineAsync().WaitAsync(Deadline) ?? "";
    }

    /// <summary>The first event of a response.</summary>
    public static async Task<StreamedEvent> FirstOf(HttpResponseMessage answer)
    {
        using var stream = new EventStreamClient(answer, await answer.Content.ReadAsStreamAsync());
        return await stream.Next();
    }

    /// <summary>The next event; heartbeats are skipped.</summary>
    public async Task<StreamedEvent> Next()
    {
        string? name = null, id = null;
        JsonObject? data = null;
        while (await Line() is { } line)
        {
            switch (line.Split(": ", 2))
            {
                case ["event", var value]: name = value; break;
                case ["id", var value]: id = value; break;
                case ["data", var value]: data = JsonNode.Parse(value)!.AsObject(); break;
                case [""] when data is not null: return new(name!, id, data);
            }
        }

        throw new EndOfStreamException("the stream ended before the next event");
    }

    /// <summary>The next events, one per line.</summary>
    public async Task<IReadOnlyList<string>> Next(int count)
    {
        var told = new List<string>();
        while (told.Count < count) told.Add((await Next()).Told);
        return told;
    }

    /// <summary>The next line; null at the end of the stream.</summary>
    public async Task<string?> Line()
    {
        try
        {
            return await _lines.ReadLineAsync().WaitAsync(Deadline);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"waited {Deadline.TotalSeconds:0} s for the next line of {_answer.RequestMessage?.RequestUri}");
        }
    }

    public void Dispose()
    {
        _lines.Dispose();
        _answer.Dispose();
    }
}
