using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Api.Lists;
using OrderFlow.Api.OpenApi;
using OrderFlow.Api.Auth;
using OrderFlow.Inventory;
using OrderFlow.ServiceDefaults.Auth;

namespace OrderFlow.Api.Inventory;

/// <summary>The resource <c>/inventory</c>, design §7: anybody with a token may look, admins may change.</summary>
internal static class InventoryEndpoints
{
    /// <summary>Maps the resource.</summary>
    public static void MapInventory(this IEndpointRouteBuilder routes)
    {
        var inventory = routes.MapGroup("/inventory").RequireAuthorization().WithTags("Inventory");
        inventory.MapGet("/", List).Describe("listStock", "Lists stock items by product.", 400);
        inventory.MapGet("/{productId}", Get).Describe("getStock", "A product's stock.", 404);
        inventory.MapPut("/{productId}", Set).RequireAuthorization(BearerTokens.AdminPolicy)
            .Describe("setStock", "Creates a product, or sets its available pieces and its price.");
        inventory.MapPost("/{productId}/restock", Restock).RequireAuthorization(BearerTokens.AdminPolicy)
            .Describe("restock", "Adds pieces to a product.", 404, 409);
    }

    /// <summary>Lists stock items by product id.</summary>
    private static async Task<Results<Ok<PageResponse<StockItemResponse>>, ProblemHttpResult>> List(
        string? page, string? limit, string? cursor, ClusterClient cluster)
    {
        var violations = new ValidationErrors();
        var (number, size) = PageParameters.Read(page, limit, violations);
        var after = cursor is null ? null : StockCursor.Parse(cursor);
        PageParameters.ValidateCursor(cursor, after is not null, page, violations);
        if (!violations.IsEmpty) return Problems.Invalid(violations);

        var stock = await cluster.CallWithRetry(grains => grains.GetGrain<IStockQueryGrain>(0).List(number, size, after));
        return TypedResults.Ok(PageResponse.Of(stock, StockItemResponse.Of).WithCursor(after is not null, last => StockCursor.After(last.ProductId)));
    }

    /// <summary>A product's stock.</summary>
    private static async Task<Results<Ok<StockItemResponse>, ProblemHttpResult>> Get(string productId, ClusterClient cluster)
    {
        if (ProductIds.ValidateInPath(productId) is not null) return NoSuchProduct();

        var id = (await ProductIdResolver.Resolve(cluster, productId)).ResolvedId;
        return await cluster.CallWithRetry(grains => grains.GetGrain<IStockItemGrain>(id).Get()) is { } item
            ? TypedResults.Ok(StockItemResponse.Of(item))
            : NoSuchProduct();
    }

    /// <summary>Creates a product, or sets its available pieces and its price.</summary>
    private static async Task<Results<Ok<StockItemResponse>, ProblemHttpResult>> Set(
        string productId, JsonBody<SetStockRequest> body, CurrentCaller current, ClusterClient cluster)
    {
        if (ProductIds.ValidateInPath(productId) is { } objection) return Problems.Invalid("productId", objection);
        if (!body.TryGet(out var request, out var refusal)) return refusal;

        var name = await ProductIdResolver.Resolve(cluster, productId);
        if (!name.Exists && (ProductIds.Validate(name.Normalized) ?? ProductIds.ValidateNew(name.Normalized)) is { } unfit) return Problems.Invalid("productId", unfit);

        // Made again later it would undo what orders and admins did in between: after an unknown outcome the caller must look, not this code guess.
        return Answer(await cluster.CallOnce(grains => grains.GetGrain<IStockItemGrain>(name.ResolvedId)
            .Set(request.AvailableQuantity!.Value, request.UnitPrice!.Value, current.Caller)));
    }

    /// <summary>Adds pieces to a product.</summary>
    private static async Task<Results<Ok<StockItemResponse>, ProblemHttpResult>> Restock(
        string productId, JsonBody<RestockRequest> body, CurrentCaller current, ClusterClient cluster)
    {
        if (ProductIds.ValidateInPath(productId) is not null) return NoSuchProduct();
        if (!body.TryGet(out var request, out var refusal)) return refusal;

        var id = (await ProductIdResolver.Resolve(cluster, productId)).ResolvedId;

        // Asked twice it would add twice: after an unknown outcome the caller must look, not this code guess.
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
