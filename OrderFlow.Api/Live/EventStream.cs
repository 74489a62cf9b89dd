using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace OrderFlow.Api.Live;

/// <summary>
/// Writes an answer of server-sent events (WHATWG HTML, §9.2). The library's own writer knows no comments, which is what signs of life are, and sends nothing
/// before the first event.
/// </summary>
internal sealed class EventStream(HttpResponse response, CancellationToken cancellation)
{
    /// <summary>The media type.</summary>
    public const string ContentType = "text/event-stream";

    /// <summary>How long a client that was cut off is asked to wait before it comes back.</summary>
    public static readonly TimeSpan ReconnectDelay = TimeSpan.FromSeconds(2);

    /// <summary>Begins the answer, at once, so that the client knows that it is connected.</summary>
    public Task Start()
    {
        response.HttpContext.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        response.ContentType = ContentType;
        response.Headers.CacheControl = CacheControlHeaderValue.NoStoreString;
        response.Headers["X-Accel-Buffering"] = "no";   // for proxies that would gather an answer before they pass it on
        Write(string.Create(CultureInfo.InvariantCulture, $"retry: {ReconnectDelay.TotalMilliseconds}\n\n"));
        return Flush();
    }

    /// <summary>Adds an event; it is sent with <see cref="Flush"/>.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="id">What a client that comes back says it has seen; null for an event that changes nothing about that.</param>
    /// <param name="data">Its data, written as one line of JSON.</param>
    /// <param name="json">How.</param>
    public void Add<T>(string name, string? id, T data, JsonTypeInfo<T> json)
    {
        Write($"event: {name}\n");
        if (id is not null) Write($"id: {id}\n");
        Write("data: ");
        response.BodyWriter.Write(JsonSerializer.SerializeToUtf8Bytes(data, json));
        Write("\n\n");
    }

    /// <summary>Adds a sign of life, which clients pass over.</summary>
    public void AddHeartbeat() => Write(": still here\n\n");

    /// <summary>Sends what was added, and waits while the client does not take it.</summary>
    public async Task Flush() => await response.BodyWriter.FlushAsync(cancellation);

    private void Write(string text) => Encoding.UTF8.GetBytes(text, response.BodyWriter);
}
