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
        inventory.MapGet("/", List).Describe("listStock", "List stock items by product", 400)
            .WithDescription("An item must match every filter. `total` is absent with `q` or `low`.");
        inventory.MapGet("/{productId}", Get).Describe("getStock", "Get a stock item", 404, 412).AcceptsHeaders(IfMatch.Name, IfNoneMatch.Name)
            .Produces(StatusCodes.Status304NotModified);

        var admin = inventory.MapGroup("").RequireAuthorization(BearerTokens.AdminPolicy);
        admin.MapPut("/{productId}", Set).Describe("setStock", "Create or restore a product, or set its available units and price", 412)
            .AcceptsHeaders(IfMatch.Name, IfNoneMatch.Name);
        admin.MapPost("/{productId}/restock", Restock).Describe("restock", "Add units to a product", 404, 409, 412, 422)
            .AcceptsHeaders(IdempotencyKey.Name, IfMatch.Name, IfNoneMatch.Name);
        admin.MapPost("/{productId}/adjust", Adjust).Describe("adjustStock", "Correct the available units of a product, up or down", 404, 409, 412, 422)
            .AcceptsHeaders(IdempotencyKey.Name, IfMatch.Name, IfNoneMatch.Name);
        admin.MapGet("/{productId}/settings", GetSettings).Describe("getStockSettings", "Get a product's price and low-stock threshold", 404, 412)
            .AcceptsHeaders(IfMatch.Name, IfNoneMatch.Name).Produces(StatusCodes.Status304NotModified);
        admin.MapPut("/{productId}/settings", ChangeSettings).Describe("changeStockSettings", "Set a product's price and low-stock threshold", 404, 412)
            .WithDescription("Their entity tag is one of their own, which orders do not change.").AcceptsHeaders(IfMatch.Name);
        admin.MapDelete("/{productId}", Archive).Describe("archiveProduct", "Archive a product", 404, 409, 412)
            .WithDescription("It is not listed, and orders for it fail as for an unknown product. PUT restores it.").AcceptsHeaders(IfMatch.Name);
        admin.MapGet("/{productId}/movements", ListMovements).Describe("listStockMovements", "List the changes of a product's counts, newest first", 400, 404)
            .WithDescription("They add up to the stock. Archived products have them, too.");
        admin.MapPost("/import", Import).Describe("importStock", "Create or set up to 1,000 products", 422)
            .WithDescription("All rows are validated before any is written. Repeated with its Idempotency-Key, it writes the rows that are missing.")
            .AcceptsHeaders(IdempotencyKey.Name);
    }

    /// <summary>Lists stock items by product id.</summary>
    private static async Task<Results<Ok<PageResponse<StockItemResponse>>, ProblemHttpResult>> List(
        string? q, string? low, string? page, string? limit, string? cursor, ClusterClient cluster)
    {
        var errors = new ValidationErrors();
        if (q is not null) errors.Add("q", ProductIds.Validate(q.TrimEnd()));   // an id may go on after a space
        if (low is not (null or "true" or "false")) errors.Add("low", "must be true or false");
        var (number, size) = PageParameters.Read(page, limit, errors);
        var after = PageParameters.ReadCursor(cursor, page, StockCursor.Parse, errors);
        if (!errors.IsEmpty) return Problems.Invalid(errors);

        var prefix = q is null ? null : (await ProductIdResolver.Resolve(cluster, q)).Normalized;
        var query = new StockQuery(size, after, prefix, low == "true", number);
        var stock = await cluster.CallWithRetry(grains => query.HasTotal
            ? grains.GetGrain<IStockQueryGrain>(0).List(number, size, after)
            : grains.GetNewGrain<IStockSearchGrain>(0).List(query));
        return TypedResults.Ok(PageResponse.Of(stock, StockItemResponse.Of).WithCursor(after is not null, last => StockCursor.After(last.ProductId)));
    }

    /// <summary>Reads a stock item.</summary>
    private static Task<Results<Ok<StockItemResponse>, StatusCodeHttpResult, ProblemHttpResult>> Get(
        string productId, Header<IfMatch> ifMatch, Header<IfNoneMatch> ifNoneMatch, HttpResponse response, ClusterClient cluster) =>
        Read(productId, ifMatch, ifNoneMatch, response, cluster, item => item.Version, StockItemResponse.Of);

    /// <summary>Reads a product's price and threshold.</summary>
    private static Task<Results<Ok<StockSettingsResponse>, StatusCodeHttpResult, ProblemHttpResult>> GetSettings(
        string productId, Header<IfMatch> ifMatch, Header<IfNoneMatch> ifNoneMatch, HttpResponse response, ClusterClient cluster) =>
        Read(productId, ifMatch, ifNoneMatch, response, cluster, item => item.SettingsVersion, StockSettingsResponse.Of);

    /// <summary>Creates or restores a product, or sets its available units and price.</summary>
    private static async Task<Results<Ok<StockItemResponse>, ProblemHttpResult>> Set(
        string productId, JsonBody<SetStockRequest> body, StockConditions conditions, CurrentCaller current, HttpResponse response, ClusterClient cluster)
    {
        if (ProductIds.ValidateReachable(productId) is { } error) return Problems.Invalid("productId", error);
        if (!body.TryGet(out var request, out var problem)) return problem;
        if (!conditions.TryGetOperation(current.Caller, "set", out var operation, out problem)) return problem;

        var name = await ProductIdResolver.Resolve(cluster, productId);
        if (ProductIds.ValidateName(name) is { } nameError) return Problems.Invalid("productId", nameError);

        var (available, price, threshold) = (request.AvailableQuantity!.Value, request.UnitPrice!.Value, request.LowStockThreshold);
        var result = await StockChange.Execute(
            cluster, name.ResolvedId, stock => stock.Set(operation, available, price, threshold),
            conditions.AreAbsent && threshold is null ? stock => stock.Set(available, price, current.Caller) : null);
        return Answer(result, response, item => item.Version, StockItemResponse.Of);
    }

    /// <summary>Adds units to a product.</summary>
    private static async Task<Results<Ok<StockItemResponse>, ProblemHttpResult>> Restock(
        string productId, JsonBody<RestockRequest> body, StockConditions conditions, CurrentCaller current, HttpResponse response, ClusterClient cluster)
    {
        if (!body.TryGet(out var request, out var problem)) return problem;
        if (!conditions.TryGetOperation(current.Caller, "restock", out var operation, out problem)) return problem;

        var quantity = request.Quantity!.Value;
        var result = await Change(
            productId, cluster, stock => stock.Restock(operation, quantity), conditions.AreAbsent ? stock => stock.Restock(quantity, current.Caller) : null);
        return Answer(result, response, item => item.Version, StockItemResponse.Of);
    }

    /// <summary>Corrects the available units of a product.</summary>
    private static async Task<Results<Ok<StockItemResponse>, ProblemHttpResult>> Adjust(
        string productId, JsonBody<AdjustStockRequest> body, StockConditions conditions, CurrentCaller current, HttpResponse response, ClusterClient cluster)
    {
        if (!body.TryGet(out var request, out var problem)) return problem;
        if (!conditions.TryGetOperation(current.Caller, "adjust", out var operation, out problem)) return problem;

        var result = await Change(productId, cluster, stock => stock.Adjust(operation with { Reason = request.Reason }, request.Delta!.Value));
        return Answer(result, response, item => item.Version, StockItemResponse.Of);
    }

    /// <summary>Sets a product's price and threshold.</summary>
    private static async Task<Results<Ok<StockSettingsResponse>, ProblemHttpResult>> ChangeSettings(
        string productId, JsonBody<ChangeStockSettingsRequest> body, StockConditions conditions, CurrentCaller current, HttpResponse response, ClusterClient cluster)
    {
        if (!body.TryGet(out var request, out var problem)) return problem;
        if (!conditions.TryGetOperation(current.Caller, "settings", out var operation, out problem)) return problem;

        var result = await Change(productId, cluster, stock => stock.ChangeSettings(operation, request.UnitPrice!.Value, request.LowStockThreshold));
        return Answer(result, response, item => item.SettingsVersion, StockSettingsResponse.Of);
    }

    /// <summary>Archives a product.</summary>
    private static async Task<Results<Ok<MessageResponse>, ProblemHttpResult>> Archive(
        string productId, StockConditions conditions, CurrentCaller current, ClusterClient cluster)
    {
        if (!conditions.TryGetOperation(current.Caller, "archive", out var operation, out var problem)) return problem;

        var result = await Change(productId, cluster, stock => stock.Archive(operation));
        return result.Outcome == Outcome.Ok ? TypedResults.Ok(new MessageResponse("Product archived")) : ProblemOf(result);
    }

    /// <summary>Lists the changes of a product's counts.</summary>
    private static async Task<Results<Ok<PageResponse<StockMovementResponse>>, ProblemHttpResult>> ListMovements(
        string productId, string? kind, string? from, string? to, string? limit, string? cursor, CurrentCaller current, HttpRequest request, ClusterClient cluster)
    {
        if (ProductIds.ValidateReachable(productId) is not null) return NoSuchProduct();

        var errors = new ValidationErrors();
        if (request.Query.ContainsKey("page")) errors.Add("page", "is not known here: follow nextCursor");
        var filters = StockMovementFilters.Read(kind, from, to, errors);
        var size = PageParameters.Read(page: null, limit, errors).Limit;
        var before = PageParameters.ReadCursor(cursor, page: null, StockMovementCursor.Parse, errors);
        if (!errors.IsEmpty) return Problems.Invalid(errors);

        var id = (await ProductIdResolver.Resolve(cluster, productId)).ResolvedId;
        var query = filters.ToQuery(id, size, before);
        var list = await cluster.CallWithRetry(grains => grains.GetNewGrain<IStockSearchGrain>(0).ListMovements(query, current.Caller));
        return list is { Outcome: Outcome.Ok, Page: { } page }
            ? TypedResults.Ok(PageResponse.Of(page, StockMovementResponse.Of) with { Page = null, NextCursor = page.Next is { } next ? StockMovementCursor.Before(next) : null })
            : NoSuchProduct();
    }

    /// <summary>Creates or sets many products.</summary>
    private static Task<Results<Ok<ImportedStockResponse>, ProblemHttpResult>> Import(
        ImportStockBody body, Header<IdempotencyKey> key, CurrentCaller current, HttpResponse response, ClusterClient cluster) =>
        StockImporter.Import(body, key, current, response, cluster);

    private static async Task<Results<Ok<T>, StatusCodeHttpResult, ProblemHttpResult>> Read<T>(
        string productId, Header<IfMatch> ifMatch, Header<IfNoneMatch> ifNoneMatch, HttpResponse response, ClusterClient cluster,
        Func<StockItem, long> versionOf, Func<StockItem, T> toResponse)
    {
        if (!ifMatch.TryGet(out var wanted, out var problem)) return problem;
        if (!ifNoneMatch.TryGet(out var known, out problem)) return problem;
        if (ProductIds.ValidateReachable(productId) is not null) return NoSuchProduct();

        var id = (await ProductIdResolver.Resolve(cluster, productId)).ResolvedId;
        if (await cluster.CallWithRetry(grains => grains.GetGrain<IStockItemGrain>(id).Get()) is not { } item) return NoSuchProduct();
        if (item.Version == 0 && (!wanted.Version.Versions.IsDefault || typeof(T) == typeof(StockSettingsResponse)))
            throw new ClusterUnavailableException(cause: null, wasSent: false);   // its silo is of version 1.0.0, and does not tell
        if (!wanted.Version.Allows(versionOf(item))) return ProblemOf(new(Outcome.Stale));

        response.SetETag(item, versionOf);
        return item.Version > 0 && known.Matches(versionOf(item)) ? TypedResults.StatusCode(StatusCodes.Status304NotModified) : TypedResults.Ok(toResponse(item));
    }

    /// <summary>Changes a product that exists.</summary>
    /// <inheritdoc cref="StockChange.Execute"/>
    private static async Task<StockResult> Change(
        string productId, ClusterClient cluster, Func<IStockAdminGrain, Task<StockResult>> command, Func<IStockItemGrain, Task<StockResult>>? before = null)
    {
        if (ProductIds.ValidateReachable(productId) is not null) return new(Outcome.NotFound);

        return await StockChange.Execute(cluster, (await ProductIdResolver.Resolve(cluster, productId)).ResolvedId, command, before);
    }

    private static Results<Ok<T>, ProblemHttpResult> Answer<T>(StockResult result, HttpResponse response, Func<StockItem, long> versionOf, Func<StockItem, T> toResponse)
    {
        if (result is not { Outcome: Outcome.Ok, Item: { } item }) return ProblemOf(result);

        response.SetETag(item, versionOf);
        if (result.WasRepeated && response.HttpContext.Request.Headers.ContainsKey(IdempotencyKey.Name)) response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Ok(toResponse(item));
    }

    /// <summary>A silo of 1.0.0 does not tell the version.</summary>
    private static void SetETag(this HttpResponse response, StockItem item, Func<StockItem, long> versionOf)
    {
        if (item.Version > 0) response.Headers.ETag = IfMatch.ToETag(versionOf(item));
    }

    private static ProblemHttpResult ProblemOf(StockResult result) => result switch
    {
        { Outcome: Outcome.NotFound } => NoSuchProduct(),
        { Outcome: Outcome.Forbidden } => Problems.Forbidden(result.Reason),
        { Outcome: Outcome.Conflict } => Problems.Conflict(result.Reason),
        { Outcome: Outcome.Stale } => Problems.PreconditionFailed("The product has another version than If-Match requires, or exists although If-None-Match is *."),
        { Outcome: Outcome.KeyReused } => Problems.IdempotencyKeyReused(),
        _ => throw new InvalidOperationException($"The stock item answered {result.Outcome} without an item."),
    };

    private static ProblemHttpResult NoSuchProduct() => Problems.NotFound("There is no such product.");
}
