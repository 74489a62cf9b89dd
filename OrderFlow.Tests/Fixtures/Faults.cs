using Microsoft.Extensions.DependencyInjection;
using Orleans.Storage;
using OrderFlow.Inventory;
using OrderFlow.Orders;

namespace OrderFlow.Tests.Fixtures;

/// <summary>What a test makes fail on purpose: a write to a storage or a call of a grain, before or after it takes effect.</summary>
internal sealed class Faults
{
    private readonly Lock _lock = new();
    private readonly List<Fault> _planned = [];

    /// <summary>How many of the planned faults have happened.</summary>
    public int Happened { get; private set; }

    /// <summary>The <paramref name="nth"/> time that this point is passed, whoever passes it fails.</summary>
    /// <param name="point">Such as <c>before write order</c> or <c>after call Reserve</c>.</param>
    /// <param name="nth">1 for the first time.</param>
    public void Fail(string point, int nth = 1)
    {
        lock (_lock) _planned.Add(new(point) { Left = nth });
    }

    public void Clear()
    {
        lock (_lock) _planned.Clear();
    }

    public void Pass(string point)
    {
        lock (_lock)
        {
            foreach (var fault in _planned.Where(fault => fault.Point == point && fault.Left > 0))
            {
                if (--fault.Left > 0) continue;
                Happened++;
                throw new DeliberateFaultException(point);
            }
        }
    }

    /// <summary>Puts the lever between the grains and their storages, and on every call they are sent.</summary>
    public void AddTo(ISiloBuilder silo)
    {
        silo.AddIncomingGrainCallFilter(async call =>
        {
            if (call.Grain is not (IOrderGrain or IStockItemGrain))
            {
                await call.Invoke();
                return;
            }

            Pass($"before call {call.MethodName}");
            await call.Invoke();
            Pass($"after call {call.MethodName}");
        });
        foreach (var name in new[] { StorageNames.Orders, StorageNames.Stock }) Wrap(silo.Services, name);
    }

    private void Wrap(IServiceCollection services, string name)
    {
        var real = services.Single(service => service.ServiceType == typeof(IGrainStorage) && Equals(service.ServiceKey, name));
        services.Remove(real);
        services.AddKeyedSingleton<IGrainStorage>(name, (provider, key) => new FaultyStorage((IGrainStorage)real.KeyedImplementationFactory!(provider, key), this));
    }

    private sealed record Fault(string Point)
    {
        public int Left { get; set; }
    }

    private sealed class FaultyStorage(IGrainStorage real, Faults faults) : IGrainStorage, IAsyncDisposable
    {
        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => real.ReadStateAsync(stateName, grainId, grainState);

        public async Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            faults.Pass($"before write {stateName}");
            await real.WriteStateAsync(stateName, grainId, grainState);
            faults.Pass($"after write {stateName}");
        }

        public ValueTask DisposeAsync() => ((IAsyncDisposable)real).DisposeAsync();

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => real.ClearStateAsync(stateName, grainId, grainState);
    }
}

/// <summary>The failure that a test planned.</summary>
[GenerateSerializer]
internal sealed class DeliberateFaultException(string point) : Exception($"planned fault: {point}");
