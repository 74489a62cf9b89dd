using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace OrderFlow.Api.Live;

/// <summary>
/// Writes a response of server-sent events (WHATWG HTML, §9.2). The framework's own writer cannot write comments, which are the heartbeats, and sends
/// nothing before the first event.
/// </summary>
internal sealed class EventStream(HttpResponse response, CancellationToken cancellation)
{
    /// <summary>The media type.</summary>
    public const string ContentType = "text/event-stream";

    /// <summary>How long a disconnected client is asked to wait before it reconnects.</summary>
    public static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(2);

    /// <summary>Starts the response at once, so that the client knows that it is connected.</summary>
    public Task Start()
    {
        response.HttpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        response.ContentType = ContentType;
        response.Headers.CacheControl = CacheControlHeaderValue.NoStoreString;
        response.Headers["X-Accel-Buffering"] = "no";   // for proxies that would buffer the response
        Write(string.Create(CultureInfo.InvariantCulture, $"retry: {ReconnectDelay.TotalMilliseconds}\n\n"));
        return Flush();
    }

    /// <summary>Adds an event; <see cref="Flush"/> sends it.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="id">The <c>Last-Event-ID</c> of a client that has seen it; null to leave that unchanged.</param>
    /// <param name="data">Its data, written as one line of JSON.</param>
    /// <param name="json">How the data is serialized.</param>
    public void Add<T>(string name, string? id, T data, JsonTypeInfo<T> json)
    {
        Write($"event: {name}\n");
        if (id is not null) Write($"id: {id}\n");
        Write("data: ");
        response.BodyWriter.Write(JsonSerializer.SerializeToUtf8Bytes(data, json));
        Write("\n\n");
    }

    /// <summary>Adds a heartbeat, which clients ignore.</summary>
    public void AddHeartbeat() => Write(": still here\n\n");

    /// <summary>Sends what was added, and waits while the client does not read.</summary>
    public async Task Flush() => await response.BodyWriter.FlushAsync(cancellation);

    private void Write(string text) => Encoding.UTF8.GetBytes(text, response.BodyWriter);
}
