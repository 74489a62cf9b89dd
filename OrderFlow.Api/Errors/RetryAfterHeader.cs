using System.Globalization;

namespace OrderFlow.Api.Errors;

/// <summary>The header <c>Retry-After</c> (RFC 9110 §10.2.3) of an answer that may be another one later.</summary>
internal static class RetryAfterHeader
{
    /// <summary>Says when to come back: in whole seconds, rounded up, at least one.</summary>
    public static void SetRetryAfter(this HttpResponse response, TimeSpan wait) =>
        response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
