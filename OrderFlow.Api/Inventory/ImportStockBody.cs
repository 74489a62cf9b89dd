using System.Reflection;
using System.Text.Json;
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

    private ImportStockBody(ImportStockRequest? value, ProblemHttpResult? problem, ValidationErrors? errors = null)
        : base(value, problem) => Errors = errors ?? new();

    /// <summary>The errors of the rows; those of their names in the catalogue are still to be added.</summary>
    public ValidationErrors Errors { get; }

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
        var (json, problem) = JsonBody.Parse(body, RequestJson.Default.ImportStockJson);
        if (json is null) return new(null, problem);

        var errors = new ValidationErrors();
        return ImportStockRequest.ErrorOfCount(json.Items?.Length) is { } error
            ? new(null, Problems.Invalid("items", error))
            : Validate(new([.. json.Items!.Select((row, index) => ReadRow(row, ImportStockRequest.PathOf(index), errors))]), errors);
    }

    private static ImportStockRow? ReadRow(JsonElement json, string path, ValidationErrors errors)
    {
        try
        {
            if (json.Deserialize(RequestJson.Default.ImportStockRow) is { } row) return row;

            errors.Add(path, "must be an object");
        }
        catch (JsonException error)
        {
            var (member, description) = JsonErrors.Describe(error);
            errors.Add(member == JsonErrors.Root ? path : $"{path}.{member}", description);
        }

        return null;
    }

    private static ImportStockBody ParseCsv(ReadOnlySpan<byte> body)
    {
        var errors = new ValidationErrors();
        return ImportStockCsv.Parse(body, errors) is { } request ? Validate(request, errors) : new(null, Problems.Invalid(errors));
    }

    private static ImportStockBody Validate(ImportStockRequest request, ValidationErrors errors)
    {
        request.Validate(errors);
        return request.Items is [] or { Length: > Limits.ImportedProducts } ? new(null, Problems.Invalid(errors)) : new(request, null, errors);
    }

    private static ImportStockBody Reject(int status, string? detail) => new(null, Problems.ForStatus(status, detail));
}

/// <summary>The body as JSON, whose rows are read one by one so that every wrong one is named.</summary>
internal sealed record ImportStockJson(JsonElement[]? Items);
