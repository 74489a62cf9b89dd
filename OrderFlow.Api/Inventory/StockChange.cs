using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Microsoft.AspNetCore.Http.HttpResults;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Inventory;

namespace OrderFlow.Api.Inventory;

/// <summary>The headers of a request that changes stock: <c>Idempotency-Key</c>, <c>If-Match</c> and <c>If-None-Match</c>.</summary>
internal sealed class StockConditions : IBindableFromHttpContext<StockConditions>
{
    private readonly (IdempotencyKey? Key, IfMatch? IfMatch, IfNoneMatch? IfNoneMatch) _headers;

    private StockConditions(IHeaderDictionary headers) => _headers = (
        IdempotencyKey.Parse(headers[IdempotencyKey.Name]), Http.IfMatch.Parse(headers[Http.IfMatch.Name]), Http.IfNoneMatch.Parse(headers[Http.IfNoneMatch.Name]));

    /// <summary>True if a command of version 1.0.0 can carry the request out: it has none of the headers.</summary>
    public bool AreAbsent => _headers is ({ Key: null }, { MustExist: false, Version.Versions.IsDefault: true }, { Tags.Count: 0 });

    /// <inheritdoc/>
    public static ValueTask<StockConditions?> BindAsync(HttpContext context, ParameterInfo parameter) =>
        ValueTask.FromResult<StockConditions?>(new(context.Request.Headers));

    /// <summary>What a command carries of them, or the problem to answer with.</summary>
    public bool TryGetOperation(Caller caller, string name, [NotNullWhen(true)] out StockOperation? operation, [NotNullWhen(false)] out ProblemHttpResult? problem)
    {
        var (key, ifMatch, ifNoneMatch) = _headers;
        var errors = new ValidationErrors();
        errors.Add(IdempotencyKey.Name, key is null ? IdempotencyKey.Error : null);
        errors.Add(IfMatch.Name, ifMatch is null ? IfMatch.Error : null);
        errors.Add(IfNoneMatch.Name, ifNoneMatch is null or { Tags.Count: > 0, IsAny: false } ? "must be *" : null);
        problem = errors.IsEmpty ? null : Problems.Invalid(errors);
        operation = problem is null ? new(key!.OperationId(caller.UserId, name), caller, ifMatch!.Version, ifMatch.MustExist, ifNoneMatch!.IsAny, RequestId: Guid.NewGuid()) : null;
        return operation is not null;
    }
}

/// <summary>Sends commands to stock items.</summary>
internal static class StockChange
{
    /// <summary>Carries a command out once, whatever retries it takes.</summary>
    /// <param name="cluster">The cluster.</param>
    /// <param name="productId">The product.</param>
    /// <param name="command">The command.</param>
    /// <param name="before">The same command of version 1.0.0, which must not be repeated; null where it has none.</param>
    public static async Task<StockResult> Execute(
        ClusterClient cluster, string productId, Func<IStockAdminGrain, Task<StockResult>> command, Func<IStockItemGrain, Task<StockResult>>? before = null)
    {
        var (result, wasRetried) = await cluster.CallReportingRetry(grains => grains.Execute(productId, command));
        if (result.Outcome != Outcome.Unsupported) return result;

        // Its silo is still of version 1.0.0. An earlier call may have reached another.
        return before is not null && !wasRetried
            ? await cluster.CallOnce(grains => before(grains.GetGrain<IStockItemGrain>(productId)))
            : throw new ClusterUnavailableException(cause: null, wasSent: wasRetried);
    }
}
