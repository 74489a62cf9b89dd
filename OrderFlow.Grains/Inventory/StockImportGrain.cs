using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using OrderFlow.Orders;
using OrderFlow.Recovery;
using Orleans.Concurrency;
using Orleans.Providers;
using Orleans.Storage;

namespace OrderFlow.Inventory;

/// <summary>What is stored of an import's key. Swept with the keys of orders.</summary>
internal sealed record StockImportRecord(Guid ImportId, string Fingerprint, DateTimeOffset? UsedAt) : IIdempotencyRecord;

/// <inheritdoc cref="IStockImportGrain"/>
[GrainType("stock-import"), StatelessWorker, Reentrant]   // keeps no key in memory
internal sealed class StockImportGrain(
    [FromKeyedServices(ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME)] IGrainStorage storage, TimeProvider time, IOptions<RecoveryOptions> options)
    : Grain, IStockImportGrain
{
    private static readonly GrainType KeyType = GrainType.Create("stock-import-key");

    public async Task<StockImport> Begin(string key, string fingerprint, Guid importId)
    {
        var storedKey = new GrainRecord<StockImportRecord>(storage, IdempotencyRecord.StateName, GrainId.Create(KeyType, key));
        var record = await storedKey.GetOrWrite(new(importId, fingerprint, time.GetUtcMilliseconds()), time, options.Value);
        return new(record.Fingerprint != fingerprint ? KeyUse.OtherCommand : record.ImportId == importId ? KeyUse.First : KeyUse.Repeated, record.ImportId);
    }
}
