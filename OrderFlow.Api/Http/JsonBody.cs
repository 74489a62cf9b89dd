using System.Buffers;
using System.IO.Pipelines;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Net.Http.Headers;
using OrderFlow.Api.Errors;

namespace OrderFlow.Api.Http;

/// <summary>A type of request body.</summary>
internal interface IRequestBody<TSelf>
    where TSelf : class, IRequestBody<TSelf>
{
    /// <summary>How the JSON is deserialized.</summary>
    static abstract JsonTypeInfo<TSelf> Json { get; }

    /// <summary>Adds every error of the body. Depends on nothing but the body.</summary>
    void Validate(ValidationErrors errors);
}

/// <summary>A request body as a parameter of an endpoint.</summary>
internal sealed class JsonBody<T> : RequestPart<T>, IBindableFromHttpContext<JsonBody<T>>, IEndpointParameterMetadataProvider
    where T : class, IRequestBody<T>
{
    private JsonBody(T? value, ProblemHttpResult? problem)
        : base(value, problem)
    {
    }

    /// <summary>Reads the body: 415 for another type than JSON, 413 for too many bytes, 408 if it takes too long, 400 if it is not valid.</summary>
    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        var request = context.Request;
        if (!JsonBody.IsJson(request)) return Reject(StatusCodes.Status415UnsupportedMediaType);
        if (request.ContentLength > JsonBody.MaxBytes) return Reject(StatusCodes.Status413PayloadTooLarge);

        try
        {
            // Cancelled when the request times out or the client leaves. A token passed to ReadAsync would make the reader unusable for the server, which
            // discards the rest of the body.
            var body = request.BodyReader;
            await using var cancellation = context.RequestAborted.UnsafeRegister(static reader => ((PipeReader)reader!).CancelPendingRead(), body);
            while (true)
            {
                var read = await body.ReadAsync();
                if (read.IsCanceled)
                {
                    body.AdvanceTo(read.Buffer.End);
                    return Reject(StatusCodes.Status408RequestTimeout);
                }

                var isTooLong = read.Buffer.Length > JsonBody.MaxBytes;
                if (!isTooLong && !read.IsCompleted)
                {
                    body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
                    continue;
                }

                var result = isTooLong ? Reject(StatusCodes.Status413PayloadTooLarge) : Parse(read.Buffer);
                body.AdvanceTo(read.Buffer.End);   // the server continues from here to find the next request
                return result;
            }
        }
        catch (BadHttpRequestException error)
        {
            return Reject(error.StatusCode);   // the server found the body too large, too slow or incomplete
        }
        catch (ConnectionResetException)
        {
            context.Abort();   // nobody waits for an answer; the server would log an error when it cannot discard the rest of the body
            return Reject(StatusCodes.Status400BadRequest);
        }
        catch (IOException)
        {
            return Reject(StatusCodes.Status400BadRequest);   // an impossible chunk size
        }
    }

    /// <summary>Declares the body for OpenAPI. No content type is named: routing would otherwise answer 415 before the caller is authenticated.</summary>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new AcceptsMetadata([], typeof(T)));

    private static JsonBody<T> Parse(in ReadOnlySequence<byte> sent)
    {
        var body = sent.IsSingleSegment ? sent.FirstSpan : sent.ToArray();
        if (JsonBody.IsOtherEncoding(body)) return Reject(JsonErrors.Root, "must be in UTF-8, not in UTF-16 or UTF-32");

        T? value;
        try
        {
            value = JsonSerializer.Deserialize(JsonBody.TrimByteOrderMark(body), T.Json);
        }
        catch (JsonException error)
        {
            var (path, description) = JsonErrors.Describe(error);
            return Reject(path, description);
        }

        if (value is null) return Reject(JsonErrors.Root, "must be a JSON object");

        var errors = new ValidationErrors();
        value.Validate(errors);
        return errors.IsEmpty ? new(value, null) : new(null, Problems.Invalid(errors));
    }

    private static JsonBody<T> Reject(int status) => new(null, Problems.ForStatus(status));

    private static JsonBody<T> Reject(string path, string error) => new(null, Problems.Invalid(path, error));
}

/// <summary>Rules for request bodies of every type.</summary>
internal static class JsonBody
{
    /// <summary>The most bytes of a request body.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Removes the byte order mark that some clients send; a parser may ignore it (RFC 8259 §8.1).</summary>
    public static ReadOnlySpan<byte> TrimByteOrderMark(ReadOnlySpan<byte> body) =>
        body.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body;

    /// <summary>True for UTF-16 and UTF-32: every JSON text begins with an ASCII character, which takes more than one byte there.</summary>
    public static bool IsOtherEncoding(ReadOnlySpan<byte> body) => body is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] or [0, _, ..] or [_, 0, ..];

    /// <summary>True if a request declares its body as JSON in UTF-8, not compressed.</summary>
    public static bool IsJson(HttpRequest request)
    {
        if (request.Headers.ContentEncoding.Count > 0) return false;
        if (request.ContentType is "application/json" or "application/json; charset=utf-8") return true;

        return MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }
}
