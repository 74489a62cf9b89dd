using System.Net;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Inventory;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>No product gets an id whose path is already a route; routing ignores case.</summary>
public sealed class ReservedNames : IDisposable
{
    private readonly GivenGrains _grains = GivenGrains.Make();
    private readonly ApiProgram _api;

    public ReservedNames() => _api = new(_grains.Factory);

    [Theory]
    [InlineData("health")]
    [InlineData("Health")]
    [InlineData("HEALTH")]
    [InlineData("heAlth")]
    public async Task A_product_cannot_have_the_name_of_a_fixed_path_segment(string name)
    {
        using var admin = _api.As(Tokens.Admin);
        var (status, problem) = await admin.Call("PUT", $"/inventory/{name}", """{"availableQuantity":1,"unitPrice":1}""");
        Assert.Equal((HttpStatusCode.BadRequest, "productId"), (status, Problem.Paths(problem)));
        Assert.Empty(_grains.Asked);
    }

    [Fact]
    public async Task A_product_that_has_such_a_name_already_can_still_be_restocked()
    {
        _grains.Answer<IStockAdminGrain>((_, arguments) => Task.FromResult(new StockResult(
            Outcome.Ok, new StockItem("Health", (long)arguments[1]!, 0, 1, TimeProvider.System.GetUtcNow()))));
        using var admin = _api.As(Tokens.Admin);
        var (status, _) = await admin.Call("POST", "/inventory/Health/restock", """{"quantity":5}""");
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(["IStockAdminGrain(Health).Restock"], _grains.Asked);
    }

    /// <summary>Only <c>POST</c> means the import there, and no product has a <c>POST</c> of its own path.</summary>
    [Fact]
    public async Task A_product_can_be_called_import()
    {
        _grains.Answer<IStockItemGrain>((_, _) => Task.FromResult<StockItem?>(new("import", 1, 0, 1, TimeProvider.System.GetUtcNow())))
            .Answer<IStockAdminGrain>((_, _) => Task.FromResult(new StockResult(Outcome.Ok, new StockItem("import", 1, 0, 1, TimeProvider.System.GetUtcNow()))));
        using var admin = _api.As(Tokens.Admin);
        foreach (var (method, address, body) in new[]
        {
            ("PUT", "/inventory/import", """{"availableQuantity":1,"unitPrice":1}"""), ("GET", "/inventory/import", null), ("DELETE", "/inventory/import", null),
            ("POST", "/inventory/import/restock", """{"quantity":5}"""),
        })
            Assert.Equal((method, HttpStatusCode.OK), (method, (await admin.Call(method, address, body)).Status));
        Assert.Equal(
            ["IStockAdminGrain(import).Set", "IStockItemGrain(import).Get", "IStockAdminGrain(import).Archive", "IStockAdminGrain(import).Restock"], _grains.Asked);
    }

    /// <summary>Fails if a new route beside <c>/inventory/{productId}</c>, of the same method, is not reserved.</summary>
    [Fact]
    public async Task Every_fixed_part_of_a_path_beside_a_text_parameter_is_reserved()
    {
        using var admin = _api.As(Tokens.Admin);
        var routes = _api.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(route => !route.RoutePattern.RawText!.Contains("docs", StringComparison.Ordinal))
            .Select(route => (Method: route.Metadata.GetRequiredMetadata<HttpMethodMetadata>().HttpMethods[0], Segments: Segments(route))).ToList();
        var colliding =
            from fixedRoute in routes
            from route in routes
            where fixedRoute.Method == route.Method && fixedRoute.Segments.Length == route.Segments.Length
            from at in Enumerable.Range(0, route.Segments.Length)
            where route.Segments[at] is "{}" && fixedRoute.Segments[at] is not "{}" and not "{constrained}"
                && fixedRoute.Segments.Take(at).SequenceEqual(route.Segments.Take(at))
            select string.Join('/', fixedRoute.Segments.Take(at + 1));
        var names = colliding.Distinct().ToList();

        Assert.Equal(["inventory/health"], names);
        foreach (var name in names)
            Assert.Equal(HttpStatusCode.BadRequest, (await admin.Call("PUT", $"/{name}", """{"availableQuantity":1,"unitPrice":1}""")).Status);
    }

    public void Dispose() => _api.Dispose();

    private static string[] Segments(RouteEndpoint route) =>
    [
        .. route.RoutePattern.PathSegments.Select(segment => segment.Parts[0] switch
        {
            RoutePatternLiteralPart literal => literal.Content,
            RoutePatternParameterPart { ParameterPolicies.Count: 0 } => "{}",
            _ => "{constrained}",
        }),
    ];
}
