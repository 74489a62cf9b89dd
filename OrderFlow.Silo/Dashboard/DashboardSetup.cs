using Microsoft.AspNetCore.Authentication.JwtBearer;
using OrderFlow.ServiceDefaults.Auth;
using Orleans.Dashboard;

namespace OrderFlow.Silo.Dashboard;

/// <summary>The Orleans Dashboard at <c>/dashboard</c>, for admins only: with a bearer token, or with the cookie of the <c>/sign-in</c> page.</summary>
internal static class DashboardSetup
{
    /// <summary>Where the dashboard is.</summary>
    public const string Path = "/dashboard";

    /// <summary>How often the dashboard's counters are taken. Each time costs a look at every activation there is.</summary>
    private static readonly TimeSpan CounterInterval = TimeSpan.FromSeconds(10);

    /// <summary>Registers bearer tokens, as the API takes them, and the cookie that may stand for one.</summary>
    public static void AddDashboardAccess(this WebApplicationBuilder builder)
    {
        builder.Services.AddBearerTokens();
        builder.Services.Configure<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme, bearer =>
        {
            bearer.Events.OnMessageReceived = DashboardCookie.Offer;
            bearer.Events.OnChallenge = SignIn.OfferToBrowser;
            bearer.Events.OnForbidden = context => context.Response.WriteAsync("The dashboard is for admins only.");
        });
    }

    /// <summary>Collects what the dashboard shows. Every silo must, for the dashboard of any silo shows all.</summary>
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
            // It shows what grains hold: not in other sites' frames, and not in caches between.
            var headers = context.HttpContext.Response.Headers;
            headers.ContentSecurityPolicy = "frame-ancestors 'none'";
            headers.XContentTypeOptions = "nosniff";
            headers.CacheControl = "private, no-cache";
            return next(context);
        });
    }
}
