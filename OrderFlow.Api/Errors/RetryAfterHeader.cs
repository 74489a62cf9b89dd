using System.Globalization;

namespace OrderFlow.Api.Errors;

/// <summary>The header <c>Retry-After</c> (RFC 9110 §10.2.3).</summary>
internal static class RetryAfterHeader
{
    /// <summary>Sets the header: in whole seconds, rounded up, at least one.</summary>
    public static void SetRetryAfter(this HttpResponse response, TimeSpan delay) =>
        response.Headers.RetryAfter = Math.Max(1, (int)Math.Ceiling(delay.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
}
