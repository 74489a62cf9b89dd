using System.Reflection;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.Extensions.Options;
using OrderFlow.ServiceDefaults.Auth;
using OrderFlow.ServiceDefaults.Http;

namespace OrderFlow.Api.Live;

/// <summary>A response that <paramref name="write"/> writes until the client leaves, the program stops, or the token expires or loses its key.</summary>
internal sealed class LiveResult(LiveFollower follower, Func<EventStream, CancellationToken, Task> write) : IResult, IEndpointMetadataProvider
{
    /// <summary>The longest duration of a stream, whatever its token's expiry.</summary>
    public static readonly TimeSpan MaxDuration = TimeSpan.FromDays(1);

    /// <inheritdoc/>
    public static void PopulateMetadata(MethodInfo method, EndpointBuilder builder) =>
        builder.Metadata.Add(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(OrderChangeResponse), [EventStream.ContentType]));

    /// <inheritdoc/>
    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var time = services.GetRequiredService<TimeProvider>();
        using var expiry = new CancellationTokenSource(TimeLeft(httpContext, time), time);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(
            httpContext.RequestAborted, services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping, expiry.Token,
            services.GetRequiredService<SigningKeys>().UntilWithdrawn(((CallerIdentity)httpContext.User.Identity!).Key));
        try
        {
            follower.StartHeartbeat(time, services.GetRequiredService<IOptions<LiveOptions>>().Value.HeartbeatInterval);
            var stream = new EventStream(httpContext.Response, end.Token);
            await stream.Start();
            if (!httpContext.IsHeadRequest()) await write(stream, end.Token);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // The client may reconnect with the id of the last event it has seen.
        }
    }

    private static TimeSpan TimeLeft(HttpContext http, TimeProvider time)
    {
        var expires = http.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties?.ExpiresUtc;
        var left = expires - time.GetUtcNow() ?? TimeSpan.Zero;
        return left < TimeSpan.Zero ? TimeSpan.Zero : left < MaxDuration ? left : MaxDuration;
    }
}
