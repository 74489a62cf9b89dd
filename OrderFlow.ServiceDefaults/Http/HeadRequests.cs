namespace OrderFlow.ServiceDefaults.Http;

/// <summary>
/// Answers <c>HEAD</c> wherever <c>GET</c> works, with the same status and headers and no body (RFC 9110 §9.3.2): below this place such a request is a
/// <c>GET</c>, and the server, which knows better, sends none of the body. Routing alone would answer 405.
/// </summary>
internal static class HeadRequests
{
    /// <summary>Places it before everything else, routing above all, which <see cref="WebApplication"/> itself puts before the program's own middleware.</summary>
    public static void AddHeadRequests(this IServiceCollection services) => services.AddSingleton<IStartupFilter, First>();

    /// <summary>True where the client wants no body: an answer that would not end is to end after its headers.</summary>
    public static bool IsHeadRequest(this HttpContext context) => context.Features.Get<NoBody>() is not null;

    private static async Task AsGet(HttpContext context, RequestDelegate next)
    {
        context.Features.Set(NoBody.Wanted);
        context.Request.Method = HttpMethods.Get;
        try
        {
            await next(context);
        }
        finally
        {
            context.Request.Method = HttpMethods.Head;   // for what counts and logs requests once they are over
        }
    }

    /// <summary>Adds <c>HEAD</c> to the methods that a 405 lists: routing knows only of <c>GET</c>.</summary>
    private static Task AddToAllow(object response)
    {
        var headers = ((HttpResponse)response).Headers;
        if (headers.Allow.Count == 0) return Task.CompletedTask;

        var methods = headers.Allow.ToString().Split(", ");
        if (methods.Contains(HttpMethods.Get) && !methods.Contains(HttpMethods.Head)) headers.Allow = string.Join(", ", [.. methods, HttpMethods.Head]);
        return Task.CompletedTask;
    }

    private sealed class NoBody
    {
        public static readonly NoBody Wanted = new();
    }

    private sealed class First : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                var method = context.Request.Method;
                if (HttpMethods.IsHead(method)) return AsGet(context, following);
                if (!HttpMethods.IsGet(method)) context.Response.OnStarting(AddToAllow, context.Response);
                return following(context);
            });
            next(app);
        };
    }
}
