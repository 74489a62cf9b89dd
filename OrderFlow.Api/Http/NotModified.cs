using System.Reflection;
using Microsoft.AspNetCore.Http.Metadata;

namespace OrderFlow.Api.Http;

/// <summary>304 (RFC 9110 §15.4.5): the client has the current version. The headers are those of a 200, and there is no body.</summary>
internal sealed class NotModified : IResult, IEndpointMetadataProvider
{
    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status304NotModified, typeof(void)));

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext)
    {
        httpContext.Response.StatusCode = StatusCodes.Status304NotModified;
        return Task.CompletedTask;
    }
}
