namespace OrderFlow.ServiceDefaults.Http;

/// <summary>
/// Answers <c>HEAD</c> wherever <c>GET</c> works, with the same status and headers and no body (RFC 9110 §9.3.2); routing alone would answer 405. Later
/// middleware sees a <c>GET</c>, and the server drops the body.
/// </summary>
internal static class HeadRequests
{
    /// <summary>Places the middleware first: <see cref="WebApplication"/> puts routing before the program's own middleware.</summary>
    public static void AddHeadRequests(this IServiceCollection services) => services.AddSingleton<IStartupFilter, HeadStartupFilter>();

    /// <summary>True if the client sent <c>HEAD</c>: a stream, which would not end, must end after its headers.</summary>
    public static bool IsHeadRequest(this HttpContext context) => context.Features.Get<HeadFeature>() is not null;

    private static async Task RunAsGet(HttpContext context, RequestDelegate next)
    {
        context.Features.Set(new HeadFeature());
        context.Request.Method = HttpMethods.Get;
        try
        {
            await next(context);
        }
        finally
        {
            context.Request.Method = HttpMethods.Head;   // for metrics and logs, which are written afterwards
        }
    }

    /// <summary>Adds <c>HEAD</c> to the methods that a 405 lists: routing only knows <c>GET</c>.</summary>
    private static Task AddToAllow(object response)
    {
        var headers = ((HttpResponse)response).Headers;
        if (headers.Allow.Count == 0) return Task.CompletedTask;

        var methods = headers.Allow.ToString().Split(", ");
        if (methods.Contains(HttpMethods.Get) && !methods.Contains(HttpMethods.Head)) headers.Allow = string.Join(", ", [.. methods, HttpMethods.Head]);
        return Task.CompletedTask;
    }

    /// <summary>Marks a request that was sent as <c>HEAD</c>.</summary>
    private sealed class HeadFeature;

    private sealed class HeadStartupFilter : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                var method = context.Request.Method;
                if (HttpMethods.IsHead(method)) return RunAsGet(context, following);
                if (!HttpMethods.IsGet(method)) context.Response.OnStarting(AddToAllow, context.Response);
                return following(context);
            });
            next(app);
        };
    }
}
