using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Auth;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Api.Lists;
using OrderFlow.Api.OpenApi;
using OrderFlow.Inventory;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Inventory;

/// <summary>The resource <c>/inventory</c>: every authenticated caller may read, admins may change.</summary>
internal static class InventoryEndpoints
{
    /// <summary>Maps the resource.</summary>
    public static void MapInventory(this IEndpointRouteBuilder routes)
    {
        var inventory = routes.MapGroup("/inventory").RequireAuthorization().WithTags("Inventory");
        inventory.MapGet("/", List).Describe("listStock", "List stock items by product", 400);
        inventory.MapGet("/{productId}", Get).Describe("getStock", "Get a stock item", 404);
        inventory.MapPut("/{productId}", Set).RequireAuthorization(BearerTokens.AdminPolicy)
            .Describe("setStock", "Create a product, or set its available units and price");
        inventory.MapPost("/{productId}/restock", Restock).RequireAuthorization(BearerTokens.AdminPolicy)
            .Describe("restock", "Add units to a product", 404, 409);
    }

    /// <summary>Lists stock items by product id.</summary>
    private static async Task<Results<Ok<PageResponse<StockItemResponse>>, ProblemHttpResult>> List(
        string? page, string? limit, string? cursor, ClusterClient cluster)
    {
        var errors = new ValidationErrors();
        var (number, size) = PageParameters.Read(page, limit, errors);
        var after = PageParameters.ReadCursor(cursor, page, StockCursor.Parse, errors);
        if (!errors.IsEmpty) return Problems.Invalid(errors);

        var stock = await cluster.CallWithRetry(grains => grains.GetGrain<IStockQueryGrain>(0).List(number, size, after));
        return TypedResults.Ok(PageResponse.Of(stock, StockItemResponse.Of).WithCursor(after is not null, last => StockCursor.After(last.ProductId)));
    }

    /// <summary>Reads a stock item.</summary>
    private static async Task<Results<Ok<StockItemResponse>, ProblemHttpResult>> Get(string productId, ClusterClient cluster)
    {
        if (ProductIds.ValidateInPath(productId) is not null) return NoSuchProduct();

        var id = (await ProductIdResolver.Resolve(cluster, productId)).ResolvedId;
        return await cluster.CallWithRetry(grains => grains.GetGrain<IStockItemGrain>(id).Get()) is { } item
            ? TypedResults.Ok(StockItemResponse.Of(item))
            : NoSuchProduct();
    }

    /// <summary>Creates a product, or sets its available units and price.</summary>
    private static async Task<Results<Ok<StockItemResponse>, ProblemHttpResult>> Set(
        string productId, JsonBody<SetStockRequest> body, CurrentCaller current, ClusterClient cluster)
    {
        if (ProductIds.ValidateInPath(productId) is { } error) return Problems.Invalid("productId", error);
        if (!body.TryGet(out var request, out var problem)) return problem;

        var name = await ProductIdResolver.Resolve(cluster, productId);
        if (!name.Exists && (ProductIds.Validate(name.Normalized) ?? ProductIds.ValidateNew(name.Normalized)) is { } nameError)
            return Problems.Invalid("productId", nameError);

        // A late retry would undo what orders and admins did in between: after an unknown outcome the caller must read the item first.
        return Answer(await cluster.CallOnce(grains => grains.GetGrain<IStockItemGrain>(name.ResolvedId)
            .Set(request.AvailableQuantity!.Value, request.UnitPrice!.Value, current.Caller)));
    }

    /// <summary>Adds units to a product.</summary>
    private static async Task<Results<Ok<StockItemResponse>, ProblemHttpResult>> Restock(
        string productId, JsonBody<RestockRequest> body, CurrentCaller current, ClusterClient cluster)
    {
        if (ProductIds.ValidateInPath(productId) is not null) return NoSuchProduct();
        if (!body.TryGet(out var request, out var problem)) return problem;

        var id = (await ProductIdResolver.Resolve(cluster, productId)).ResolvedId;

        // A retry could add twice: after an unknown outcome the caller must read the item first.
        return Answer(await cluster.CallOnce(grains => grains.GetGrain<IStockItemGrain>(id).Restock(request.Quantity!.Value, current.Caller)));
    }

    private static Results<Ok<StockItemResponse>, ProblemHttpResult> Answer(StockResult result) => result switch
    {
        { Outcome: Outcome.Ok, Item: { } item } => TypedResults.Ok(StockItemResponse.Of(item)),
        { Outcome: Outcome.NotFound } => NoSuchProduct(),
        { Outcome: Outcome.Forbidden } => Problems.Forbidden(result.Reason),
        { Outcome: Outcome.Conflict } => Problems.Conflict(result.Reason),
        _ => throw new InvalidOperationException($"The stock item answered {result.Outcome} without an item."),
    };

    private static ProblemHttpResult NoSuchProduct() => Problems.NotFound("There is no such product.");
}
