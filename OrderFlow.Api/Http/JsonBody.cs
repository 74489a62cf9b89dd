using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.IO.Pipelines;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using OrderFlow.Api.Errors;

namespace OrderFlow.Api.Http;

/// <summary>A type of request body: how its JSON is read, and what it must fulfil.</summary>
internal interface IRequestBody<TSelf>
    where TSelf : class, IRequestBody<TSelf>
{
    /// <summary>How the JSON is read.</summary>
    static abstract JsonTypeInfo<TSelf> Json { get; }

    /// <summary>Notes everything that is wrong with the body. Depends on nothing but the body.</summary>
    void Check(ValidationErrors violations);
}

/// <summary>A request body, read and checked before the endpoint sees it: either a good one, or the refusal to answer with.</summary>
internal sealed class JsonBody<T> : IBindableFromHttpContext<JsonBody<T>>, IEndpointParameterMetadataProvider
    where T : class, IRequestBody<T>
{
    private readonly T? _value;
    private readonly ProblemHttpResult? _refusal;

    private JsonBody(T value) => _value = value;

    private JsonBody(ProblemHttpResult refusal) => _refusal = refusal;

    /// <summary>True with the body where it is good, false with the refusal where it is not.</summary>
    public bool TryGet([NotNullWhen(true)] out T? value, [NotNullWhen(false)] out ProblemHttpResult? refusal)
    {
        (value, refusal) = (_value, _refusal);
        return value is not null;
    }

    /// <summary>
    /// Reads the body of a request: 415 for another type than JSON, 413 for too many bytes, 408 for one that takes too long, 400 for what is not as it must be.
    /// </summary>
    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var request = context.Request;
        if (!JsonBody.IsJson(request)) return Refuse(StatusCodes.Status415UnsupportedMediaType);
        if (request.ContentLength > JsonBody.MaxBytes) return Refuse(StatusCodes.Status413PayloadTooLarge);

        try
        {
            // The time of the request is up, or nobody waits for its answer any more. A token given to the read would leave the reader unfit for the server,
            // which drops the rest of the body.
            var body = request.BodyReader;
            await using var end = context.RequestAborted.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), body);
            while (true)
            {
                var read = await body.ReadAsync();
                if (read.IsCanceled)
                {
                    body.AdvanceTo(read.Buffer.End);
                    return Refuse(StatusCodes.Status408RequestTimeout);
                }

                var isTooLong = read.Buffer.Length > JsonBody.MaxBytes;
                if (!isTooLong && !read.IsCompleted)
                {
                    body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    continue;
                }

                var result = isTooLong ? Refuse(StatusCodes.Status413PayloadTooLarge) : Parse(read.Buffer);
                body.AdvanceTo(read.Buffer.End);   // the server reads on from here, to find the next request
                return result;
            }
        }
        catch (BadHttpRequestException bad)
        {
            return Refuse(bad.StatusCode);   // the server found it too large, too slow or cut off
        }
        catch (IOException)
        {
            return Refuse(StatusCodes.Status400BadRequest);   // chunks of sizes beyond all bounds, or a connection that was reset: not the program's fault
        }
    }

    /// <summary>
    /// Says for the API's description what the endpoint reads. No content type is named: routing would then answer for another one, before it is known
    /// who calls.
    /// </summary>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new AcceptsMetadata([], typeof(T)));

    private static JsonBody<T> Parse(in ReadOnlySequence<byte> sent)
    {
        var body = sent.IsSingleSegment ? sent.FirstSpan : sent.ToArray();
        if (JsonBody.IsOtherEncoding(body)) return new JsonBody<T>(Problems.Invalid(JsonErrors.Root, "must be in UTF-8, not in UTF-16 or UTF-32"));

        T? value;
        try
        {
            value = JsonSerializer.Deserialize(JsonBody.TrimByteOrderMark(body), T.Json);
        }
        catch (JsonException e)
        {
            var (path, objection) = JsonErrors.Describe(e);
            return new JsonBody<T>(Problems.Invalid(path, objection));
        }

        if (value is null) return new JsonBody<T>(Problems.Invalid(JsonErrors.Root, "must be a JSON object"));

        var violations = new ValidationErrors();
        value.Check(violations);
        return violations.IsEmpty ? new JsonBody<T>(value) : new JsonBody<T>(Problems.Invalid(violations));
    }

    private static JsonBody<T> Refuse(int status) => new(Problems.ForStatus(status));
}

/// <summary>What holds for request bodies of every type.</summary>
internal static class JsonBody
{
    /// <summary>The most bytes a request body may have.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>The body without the byte order mark that some clients put before it; a parser may ignore it (RFC 8259 §8.1).</summary>
    public static ReadOnlySpan<byte> TrimByteOrderMark(ReadOnlySpan<byte> body) => body.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body;

    /// <summary>True where a body is in another encoding: every JSON text begins with a character of ASCII, which takes more than one byte there.</summary>
    public static bool IsOtherEncoding(ReadOnlySpan<byte> body) => body is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] or [0, _, ..] or [_, 0, ..];

    /// <summary>True where a request says that its body is JSON in UTF-8, not compressed.</summary>
    public static bool IsJson(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0) return false;
        if (request.ContentType is "application/json" or "application/json; charset=utf-8") return true;

        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }
}
