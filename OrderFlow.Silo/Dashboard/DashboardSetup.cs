using Microsoft.AspNetCore.Authentication.JwtBearer;
using OrderFlow.ServiceDefaults.Auth;
using Orleans.Dashboard;

namespace OrderFlow.Silo.Dashboard;

/// <summary>The Orleans Dashboard at <c>/dashboard</c>, for admins with a bearer token or the cookie of the <c>/sign-in</c> page.</summary>
internal static class DashboardSetup
{
    public const string Path = "/dashboard";

    /// <summary>How often the counters of the dashboard are updated, which enumerates every activation.</summary>
    private static readonly TimeSpan CounterInterval = TimeSpan.FromSeconds(10);

    /// <summary>Registers the API's bearer tokens and the cookie that may hold one.</summary>
    public static void AddDashboardAccess(this WebApplicationBuilder builder)
    {
        builder.Services.AddBearerTokens();
        builder.Services.Configure<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme, bearer =>
        {
            bearer.Events.OnMessageReceived = DashboardCookie.ReadToken;
            bearer.Events.OnChallenge = SignInEndpoints.RedirectBrowser;
            bearer.Events.OnForbidden = context => context.Response.WriteAsync("The dashboard is for admins only.");
        });
    }

    /// <summary>Collects the dashboard's data, on every silo: each dashboard shows the whole cluster.</summary>
    public static void UseDashboard(this ISiloBuilder silo) => silo.AddDashboard(options =>
    {
        options.HideTrace = true;
        options.CounterUpdateIntervalMs = (int)CounterInterval.TotalMilliseconds;
    });

    /// <summary>Maps the dashboard and its sign-in page.</summary>
    public static void MapDashboard(this IEndpointRouteBuilder routes)
    {
        routes.MapSignIn();
        routes.MapOrleansDashboard(Path).RequireAuthorization(BearerTokens.AdminPolicy).AddEndpointFilter((context, next) =>
        {
            // It shows grain state: no frames of other sites, no shared caches.
            var headers = context.HttpContext.Response.Headers;
            headers.ContentSecurityPolicy = "frame-ancestors 'none'";
            headers.XContentTypeOptions = "nosniff";
            headers.CacheControl = "private, no-cache";
            return next(context);
        });
    }
}
