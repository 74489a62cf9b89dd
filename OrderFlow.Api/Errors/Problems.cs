using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OrderFlow.Orders;

namespace OrderFlow.Api.Errors;

/// <summary>Creates every error as problem details (RFC 9457). None reveals types, stacks or other systems.</summary>
internal static class Problems
{
    /// <summary>400: the request is not valid, path by path.</summary>
    public static ProblemHttpResult Invalid(ValidationErrors errors) => Invalid(errors.ByPath);

    /// <summary>400 with one error.</summary>
    public static ProblemHttpResult Invalid(string path, string error) => Invalid(new Dictionary<string, string[]> { [path] = [error] });

    /// <summary>404: it does not exist, or this caller must not learn that it does.</summary>
    public static ProblemHttpResult NotFound(string detail) => ForStatus(StatusCodes.Status404NotFound, detail);

    /// <summary>403: the caller is authenticated, but not authorized.</summary>
    public static ProblemHttpResult Forbidden(string? detail) => ForStatus(StatusCodes.Status403Forbidden, detail);

    /// <summary>409: the current state does not allow it.</summary>
    public static ProblemHttpResult Conflict(string? detail) => ForStatus(StatusCodes.Status409Conflict, detail);

    /// <summary>409 if an order cannot take a status; <c>allowed</c> lists those it can take.</summary>
    public static ProblemHttpResult Conflict(string? detail, IEnumerable<OrderStatus> allowed) => TypedResults.Problem(new ProblemDetails
    {
        Status = StatusCodes.Status409Conflict,
        Detail = detail,
        Extensions = { ["allowed"] = allowed.Select(OrderStatusNames.ToWireName).ToArray() },
    });

    /// <summary>412: the resource is not in the version that the request is meant for.</summary>
    public static ProblemHttpResult PreconditionFailed(string detail) => ForStatus(StatusCodes.Status412PreconditionFailed, detail);

    /// <summary>422: the <c>Idempotency-Key</c> was used with another body.</summary>
    public static ProblemHttpResult IdempotencyKeyReused() => ForStatus(
        StatusCodes.Status422UnprocessableEntity, "This Idempotency-Key was used with another body. A new request needs a new key.");

    /// <summary>A problem of a status, with the status's usual detail unless another is given.</summary>
    public static ProblemHttpResult ForStatus(int status, string? detail = null) =>
        TypedResults.Problem(statusCode: status, detail: detail ?? DetailOf(status));

    private static ProblemHttpResult Invalid(IDictionary<string, string[]> errors) => TypedResults.Problem(
        new HttpValidationProblemDetails(errors) { Status = StatusCodes.Status400BadRequest, Title = "The request is not valid." });

    private static string? DetailOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "A valid bearer token is required.",
        StatusCodes.Status403Forbidden => "Only an admin may do this.",
        StatusCodes.Status404NotFound => "There is no resource at this path.",
        StatusCodes.Status405MethodNotAllowed => "The resource does not support this method; the header Allow lists those it supports.",
        StatusCodes.Status408RequestTimeout => "The body was not received in time.",
        StatusCodes.Status413PayloadTooLarge => $"The body may have at most {Http.JsonBody.MaxBytes} bytes.",
        StatusCodes.Status414UriTooLong => $"The path with its query may have at most {Http.RequestLimits.MaxUrlLength} characters.",
        StatusCodes.Status415UnsupportedMediaType => "The body must be application/json in UTF-8, without a content coding.",
        StatusCodes.Status429TooManyRequests => "This user has made too many requests; the header Retry-After says when the next one is accepted.",
        StatusCodes.Status503ServiceUnavailable => "The identity provider's keys cannot be fetched, so the token cannot be verified now.",
        StatusCodes.Status500InternalServerError => "An unexpected error occurred. It has been logged.",
        _ => null,
    };
}
