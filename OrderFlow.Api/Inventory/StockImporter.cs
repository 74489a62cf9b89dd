using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using OrderFlow.Api.Auth;
using OrderFlow.Api.Cluster;
using OrderFlow.Api.Errors;
using OrderFlow.Api.Http;
using OrderFlow.Inventory;
using OrderFlow.Orders;

namespace OrderFlow.Api.Inventory;

/// <summary>What became of an import.</summary>
/// <param name="Imported">The number of rows that are imported.</param>
/// <param name="Items">What became of each row, in their order.</param>
internal sealed record ImportedStockResponse(int Imported, ImportedStockRow[] Items);

/// <summary>What became of a row.</summary>
/// <param name="ProductId">The product.</param>
/// <param name="Status"><c>imported</c>, now or by the first request with the key; <c>notImported</c>; or <c>unknown</c>.</param>
internal sealed record ImportedStockRow(string ProductId, string Status)
{
    /// <summary>The row is written.</summary>
    public const string IsImported = "imported";

    /// <summary>The row is not written.</summary>
    public const string IsNotImported = "notImported";

    /// <summary>The row may be written.</summary>
    public const string IsUnknown = "unknown";
}

/// <summary>Imports products: each row is written once, however often the request is repeated with its key.</summary>
internal static class StockImporter
{
    private const int Concurrency = 32;

    /// <summary>Imports the rows, if all are valid.</summary>
    public static async Task<Results<Ok<ImportedStockResponse>, ProblemHttpResult>> Import(
        ImportStockBody body, Header<IdempotencyKey> keyHeader, CurrentCaller current, HttpResponse response, ClusterClient cluster)
    {
        if (!body.TryGet(out var request, out var problem)) return problem;
        if (!keyHeader.TryGet(out var key, out problem)) return problem;

        var rows = request.Items!;
        var ids = await ProductIdResolver.ResolveAll(cluster, [.. rows.Select(row => row?.ProductId is { } id && ProductIds.Validate(id) is null ? id : "")]);
        Validate(ids, body.Errors);
        if (!body.Errors.IsEmpty) return Problems.Invalid(body.Errors);

        var import = await Begin(cluster, key, current.Caller, request);
        if (import.Use == KeyUse.OtherCommand) return Problems.IdempotencyKeyReused();

        var requestId = Guid.NewGuid();
        var answer = new ImportedStockRow[rows.Length];
        var (isInterrupted, isReplay) = (false, true);
        var notReached = import.Use == KeyUse.Repeated ? ImportedStockRow.IsUnknown : ImportedStockRow.IsNotImported;   // an earlier request may have
        await Parallel.ForAsync(0, rows.Length, new ParallelOptions { MaxDegreeOfParallelism = Concurrency }, async (index, _) =>
        {
            var (id, row) = (ids[index].ResolvedId, rows[index]!);
            answer[index] = new(id, notReached);
            if (Volatile.Read(ref isInterrupted)) return;

            try
            {
                var operation = new StockOperation(string.Create(CultureInfo.InvariantCulture, $"{import.ImportId:N}/{index}"), current.Caller, RequestId: requestId);
                var result = await StockChange.Execute(
                    cluster, id, stock => stock.Set(operation, row.AvailableQuantity!.Value, row.UnitPrice!.Value, row.LowStockThreshold));
                if (result.Outcome != Outcome.Ok) throw new InvalidOperationException($"The stock item answered {result.Outcome} to an import.");
                if (!result.WasRepeated) Volatile.Write(ref isReplay, false);
                answer[index] = new(id, ImportedStockRow.IsImported);
            }
            catch (ClusterUnavailableException error)
            {
                Volatile.Write(ref isInterrupted, true);
                answer[index] = new(id, error.WasSent ? ImportedStockRow.IsUnknown : notReached);
            }
        });

        var imported = answer.Count(row => row.Status == ImportedStockRow.IsImported);
        if (imported < rows.Length) return Interrupted(response, imported, answer);

        if (isReplay && import.Use == KeyUse.Repeated) response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Ok(new ImportedStockResponse(imported, answer));
    }

    /// <summary>Adds the errors of the products' names, and of rows that name one product. An empty id is that of a row with an error already.</summary>
    private static void Validate(ProductName[] ids, ValidationErrors errors)
    {
        for (var index = 0; index < ids.Length; index++)
            if (ids[index].Id.Length > 0) errors.Add($"{ImportStockRequest.PathOf(index)}.productId", ProductIds.ValidateName(ids[index]));
        ImportStockRequest.AddDuplicates(Array.ConvertAll(ids, id => id.ResolvedId), errors);
    }

    /// <summary>Stores the key before any row is written; without a key the import has an id of its own.</summary>
    private static async Task<StockImport> Begin(ClusterClient cluster, IdempotencyKey key, Caller caller, ImportStockRequest request)
    {
        var fresh = Guid.NewGuid();
        if (key.Key is null) return new(KeyUse.First, fresh);

        var name = key.OperationId(caller.UserId, "import");
        return await cluster.CallBeforeChanges(grains => grains.GetNewGrain<IStockImportGrain>(0).Begin(name, request.ComputeFingerprint(), fresh));
    }

    private static ProblemHttpResult Interrupted(HttpResponse response, int imported, ImportedStockRow[] rows)
    {
        response.SetRetryAfter(ClusterClient.RetryAfter);
        return TypedResults.Problem(new ProblemDetails
        {
            Status = StatusCodes.Status503ServiceUnavailable,
            Detail = string.Create(
                CultureInfo.InvariantCulture,
                $"{imported} of {rows.Length} rows are known to be imported. Send the request again with the same Idempotency-Key to import the others; without a key all are set again."),
            Extensions = { ["items"] = rows },
        });
    }
}
