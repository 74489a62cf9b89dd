using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using ApiHealth = OrderFlow.Api.Health;
using SiloHealth = OrderFlow.Silo.Health;

namespace OrderFlow.Tests.Manifests;

/// <summary>The health endpoints that a program maps.</summary>
internal static class HealthPaths
{
    /// <param name="project"><c>OrderFlow.Silo</c> or <c>OrderFlow.Api</c>.</param>
    public static HashSet<string> Of(string project)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddHealthChecks();
        builder.Services.AddSingleton<ApiHealth.ClusterHealth>();
        IEndpointRouteBuilder routes = builder.Build();
        if (project == "OrderFlow.Silo") SiloHealth.HealthEndpoints.MapHealth(routes);
        else ApiHealth.HealthEndpoints.MapHealth(routes);
        return [.. routes.DataSources.SelectMany(source => source.Endpoints).Cast<RouteEndpoint>().Select(endpoint => endpoint.RoutePattern.RawText!)];
    }
}
