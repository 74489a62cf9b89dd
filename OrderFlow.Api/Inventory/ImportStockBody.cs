using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Metadata;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;

namespace OrderFlow.Api.Inventory;

/// <summary>The body of <c>POST /inventory/import</c>: JSON, or CSV with a header line.</summary>
internal sealed class ImportStockBody : RequestPart<ImportStockRequest>, IBindableFromHttpContext<ImportStockBody>, IEndpointParameterMetadataProvider
{
    /// <summary>The media type of CSV (RFC 4180).</summary>
    public const string Csv = "text/csv";

    private ImportStockBody(ImportStockRequest? value, ProblemHttpResult? problem)
        : base(value, problem)
    {
    }

    /// <summary>Reads the body: 415 for another type than JSON and CSV, 413 for too many bytes, 408 if it takes too long, 400 if it is not valid.</summary>
    public static async ValueTask<ImportStockBody?> BindAsync(HttpContext context, ParameterInfo parameter)
    {
        ParseBody<ImportStockBody>? parse = JsonBody.IsJson(context.Request) ? ParseJson : JsonBody.IsUtf8(context.Request, Csv) ? ParseCsv : null;
        if (parse is null) return Reject(StatusCodes.Status415UnsupportedMediaType, $"The body must be application/json or {Csv} in UTF-8, without a content coding.");

        return await BodyReader.Read(context, ImportStockRequest.MaxBytes, parse, status => Reject(
            status, status == StatusCodes.Status413PayloadTooLarge ? $"The body may have at most {ImportStockRequest.MaxBytes} bytes." : null));
    }

    /// <summary>Declares the body for OpenAPI.</summary>
    public static void PopulateMetadata(ParameterInfo parameter, EndpointBuilder builder) => builder.Metadata.Add(new AcceptsMetadata([], typeof(ImportStockRequest)));

    private static ImportStockBody ParseJson(ReadOnlySpan<byte> body)
    {
        var (request, problem) = JsonBody.Parse(body, ImportStockRequest.Json);
        return request is null ? new(null, problem) : Validate(request, new());
    }

    private static ImportStockBody ParseCsv(ReadOnlySpan<byte> body)
    {
        var errors = new ValidationErrors();
        return ImportStockCsv.Parse(body, errors) is { } request ? Validate(request, errors) : new(null, Problems.Invalid(errors));
    }

    private static ImportStockBody Validate(ImportStockRequest request, ValidationErrors errors)
    {
        request.Validate(errors);
        return errors.IsEmpty ? new(request, null) : new(null, Problems.Invalid(errors));
    }

    private static ImportStockBody Reject(int status, string? detail) => new(null, Problems.ForStatus(status, detail));
}
