using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
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

    /// <summary>The most bytes that it may have.</summary>
    static virtual int MaxBytes => JsonBody.MaxBytes;

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
    public static async ValueTask<JsonBody<T>?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        JsonBody.IsJson(context.Request)
            ? await BodyReader.Read(context, T.MaxBytes, Parse, Reject)
            : Reject(StatusCodes.Status415UnsupportedMediaType);

    /// <summary>Declares the body for OpenAPI. No content type is named: routing would otherwise answer 415 before the caller is authenticated.</summary>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new AcceptsMetadata([], typeof(T)));

    private static JsonBody<T> Parse(ReadOnlySpan<byte> body)
    {
        var (value, problem) = JsonBody.Parse(body, T.Json);
        if (value is null) return new(null, problem);

        var errors = new ValidationErrors();
        value.Validate(errors);
        return errors.IsEmpty ? new(value, null) : new(null, Problems.Invalid(errors));
    }

    private static JsonBody<T> Reject(int status) => new(null, Problems.ForStatus(status));
}

/// <summary>Rules for request bodies of every type.</summary>
internal static class JsonBody
{
    /// <summary>The most bytes of a request body.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Deserializes a body: the value, or the problem to answer with.</summary>
    public static (T? Value, ProblemHttpResult? Problem) Parse<T>(ReadOnlySpan<byte> body, JsonTypeInfo<T> type)
        where T : class
    {
        if (IsOtherEncoding(body)) return (null, Problems.Invalid(JsonErrors.Root, "must be in UTF-8, not in UTF-16 or UTF-32"));

        try
        {
            var value = JsonSerializer.Deserialize(TrimByteOrderMark(body), type);
            return value is null ? (null, Problems.Invalid(JsonErrors.Root, "must be a JSON object")) : (value, null);
        }
        catch (JsonException error)
        {
            var (path, description) = JsonErrors.Describe(error);
            return (null, Problems.Invalid(path, description));
        }
    }

    /// <summary>Removes the byte order mark that some clients send; a parser may ignore it (RFC 8259 §8.1).</summary>
    public static ReadOnlySpan<byte> TrimByteOrderMark(ReadOnlySpan<byte> body) =>
        body.StartsWith(Encoding.UTF8.Preamble) ? body[Encoding.UTF8.Preamble.Length..] : body;

    /// <summary>True for UTF-16 and UTF-32: every JSON text begins with an ASCII character, which takes more than one byte there.</summary>
    public static bool IsOtherEncoding(ReadOnlySpan<byte> body) => body is [0xFE, 0xFF, ..] or [0xFF, 0xFE, ..] or [0, _, ..] or [_, 0, ..];

    /// <summary>True if a request declares its body as JSON in UTF-8, not compressed.</summary>
    public static bool IsJson(HttpRequest request)
    {
        if (request.ContentType is "application/json" or "application/json; charset=utf-8") return request.Headers.ContentEncoding.Count == 0;

        return IsUtf8(request, "application/json");
    }

    /// <summary>True if a request declares its body as this media type in UTF-8, not compressed.</summary>
    public static bool IsUtf8(HttpRequest request, string mediaType)
    {
        return request.Headers.ContentEncoding.Count == 0
            && MediaTypeHeaderValue.TryParse(request.ContentType, out var type)
            && type.MediaType.Equals(mediaType, StringComparison.OrdinalIgnoreCase)
            && (!type.Charset.HasValue || HeaderUtilities.RemoveQuotes(type.Charset).Equals("utf-8", StringComparison.OrdinalIgnoreCase));
    }
}
