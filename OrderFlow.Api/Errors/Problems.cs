using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OrderFlow.Orders;

namespace OrderFlow.Api.Errors;

/// <summary>Every error there is, as problem details (RFC 9457). None tells of types, stacks or other systems.</summary>
internal static class Problems
{
    /// <summary>400: the request is not what it must be, path by path.</summary>
    public static ProblemHttpResult Invalid(ValidationErrors violations) => TypedResults.Problem(
        new HttpValidationProblemDetails(violations.ByPath) { Status = StatusCodes.Status400BadRequest, Title = "The request is not valid." });

    /// <summary>400 with one violation.</summary>
    public static ProblemHttpResult Invalid(string path, string objection)
    {
        var violations = new ValidationErrors();
        violations.Add(path, objection);
        return Invalid(violations);
    }

    /// <summary>404: there is none, or this caller must not learn that there is.</summary>
    public static ProblemHttpResult NotFound(string detail) => ForStatus(StatusCodes.Status404NotFound, detail);

    /// <summary>403: the caller is known, but may not do this.</summary>
    public static ProblemHttpResult Forbidden(string? detail) => ForStatus(StatusCodes.Status403Forbidden, detail);

    /// <summary>409: the present state does not allow it.</summary>
    public static ProblemHttpResult Conflict(string? detail) => ForStatus(StatusCodes.Status409Conflict, detail);

    /// <summary>409 where an order cannot take a status; <c>allowed</c> lists those it can take.</summary>
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
        StatusCodes.Status422UnprocessableEntity, "This Idempotency-Key was used with another body. A new order needs a new key.");

    /// <summary>A problem that its status says all about, but for a sentence of detail.</summary>
    public static ProblemHttpResult ForStatus(int status, string? detail = null) =>
        TypedResults.Problem(statusCode: status, detail: detail ?? DetailOf(status));

    private static string? DetailOf(int status) => status switch
    {
        StatusCodes.Status401Unauthorized => "A valid bearer token is required.",
        StatusCodes.Status403Forbidden => "This is for admins only.",
        StatusCodes.Status404NotFound => "There is nothing at this address.",
        StatusCodes.Status405MethodNotAllowed => "The resource does not have this method; the header Allow lists those it has.",
        StatusCodes.Status408RequestTimeout => "The body did not come in time.",
        StatusCodes.Status413PayloadTooLarge => $"The body may have at most {Http.JsonBody.MaxBytes} bytes.",
        StatusCodes.Status414UriTooLong => $"The path with its query may have at most {Http.RequestLimits.MaxUrlLength} characters.",
        StatusCodes.Status415UnsupportedMediaType => "The body must be application/json in UTF-8, without a content coding.",
        StatusCodes.Status429TooManyRequests => "This user has made too many requests; the header Retry-After says when the next will be taken.",
        StatusCodes.Status500InternalServerError => "Something failed here that should not have. It has been logged.",
        _ => null,
    };
}
