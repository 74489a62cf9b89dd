using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Inventory;
using OrderFlow.Notifications;
using OrderFlow.Orders;
using OrderFlow.Outbox;
using Orleans.Providers;
using Orleans.Storage;

namespace OrderFlow.Tests.Fixtures;

/// <summary>What a test makes fail on purpose: a write to a storage or a call of a grain, before or after it takes effect.</summary>
internal sealed class Faults
{
    /// <summary>To be held in place of a method: what publishes events to Kafka.</summary>
    public const string Publishing = "publishing";

    private readonly Lock _lock = new();
    private readonly List<Fault> _planned = [];

    private Held? _held;
    private int _withheld;

    /// <summary>How many of the planned faults have happened.</summary>
    public int Happened { get; private set; }

    /// <summary>The <paramref name="nth"/> time that this point is passed, whoever passes it fails.</summary>
    /// <param name="point">Such as <c>before write order</c> or <c>after call Reserve</c>.</param>
    /// <param name="nth">1 for the first time.</param>
    public void Fail(string point, int nth = 1)
    {
        lock (_lock) _planned.Add(new(point) { Left = nth });
    }

    /// <summary>Holds every call of this method before it reaches its grain, until what is returned lets them go.</summary>
    public Held Hold(string method) => _held = new(method);

    /// <summary>The next <paramref name="batches"/> that hold events of several orders are published without those of the older half of them.</summary>
    public void Withhold(int batches)
    {
        lock (_lock) _withheld = batches;
    }

    public void Clear()
    {
        _held?.LetGo();
        lock (_lock)
        {
            _withheld = 0;
            _planned.Clear();
        }
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

    /// <summary>What Kafka is to get of a batch.</summary>
    private IReadOnlyList<OutboxEvent> Pass(IReadOnlyList<OutboxEvent> events)
    {
        var orders = events.Select(row => row.OrderId).Distinct().ToList();
        lock (_lock)
        {
            if (_withheld == 0 || orders.Count == 1) return events;

            _withheld--;
            Happened++;
        }

        var younger = orders.Skip(orders.Count / 2).ToHashSet();
        return [.. events.Where(row => younger.Contains(row.OrderId))];
    }

    /// <summary>Puts the lever between the grains and their storages, and on every call they are sent.</summary>
    public void AddTo(ISiloBuilder silo)
    {
        silo.AddIncomingGrainCallFilter(async call =>
        {
            if (call.Grain is not (IOrderGrain or IStockItemGrain or IIdempotencyGrain or INotificationGrain))
            {
                await call.Invoke();
                return;
            }

            Pass($"before call {call.MethodName}");
            if (_held is { } held && held.Method == call.MethodName) await held.Wait(call.Invoke);
            else await call.Invoke();
            Pass($"after call {call.MethodName}");
        });
        foreach (var name in new[] { StorageNames.Orders, StorageNames.Stock, ProviderConstants.DEFAULT_STORAGE_PROVIDER_NAME }) Wrap(silo.Services, name);
        Wrap<IOutbox>(silo.Services, real => new FaultyOutbox(real, this));
        Wrap<IEventPublisher>(silo.Services, real => new FaultyPublisher(real, this));
    }

    private static void Wrap<TService>(IServiceCollection services, Func<TService, TService> wrap)
        where TService : class
    {
        if (services.LastOrDefault(service => service.ServiceType == typeof(TService)) is not { } real) return;

        services.Remove(real);
        services.AddSingleton(provider => wrap((TService)(
            real.ImplementationFactory?.Invoke(provider) ?? ActivatorUtilities.CreateInstance(provider, real.ImplementationType!))));
    }

    private void Wrap(IServiceCollection services, string name)
    {
        var real = services.Single(service => service.ServiceType == typeof(IGrainStorage) && Equals(service.ServiceKey, name));
        services.Remove(real);
        services.AddKeyedSingleton<IGrainStorage>(name, (provider, key) => new FaultyStorage((IGrainStorage)real.KeyedImplementationFactory!(provider, key), this));
    }

    /// <summary>Calls that are on their way and do not arrive yet.</summary>
    internal sealed class Held(string method)
    {
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _waiting;
        private int _arrived;

        public string Method => method;

        /// <summary>Calls that were held so far.</summary>
        public int Waiting => Volatile.Read(ref _waiting);

        /// <summary>Calls that were held, let go, and answered.</summary>
        public int Arrived => Volatile.Read(ref _arrived);

        public void LetGo() => _gate.TrySetResult();

        public async Task Wait(Func<Task> arrive)
        {
            Interlocked.Increment(ref _waiting);
            await _gate.Task;
            await arrive();
            Interlocked.Increment(ref _arrived);
        }
    }

    private sealed record Fault(string Point)
    {
        public int Left { get; set; }
    }

    private sealed class FaultyOutbox(IOutbox real, Faults faults) : IOutbox
    {
        public async Task<IReadOnlyList<OutboxEvent>> Advance(int partition, IReadOnlyList<long> published, int limit)
        {
            faults.Pass("before advance");
            var events = await real.Advance(partition, published, limit);
            faults.Pass("after advance");
            return events;
        }
    }

    private sealed class FaultyPublisher(IEventPublisher real, Faults faults) : IEventPublisher
    {
        public async Task<IReadOnlyList<long>> Publish(IReadOnlyList<OutboxEvent> events)
        {
            faults.Pass("before publish");
            if (faults._held is { Method: Publishing } held) await held.Wait(() => Task.CompletedTask);
            var acknowledged = await real.Publish(faults.Pass(events));
            faults.Pass("after publish");
            return acknowledged;
        }
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

        public async ValueTask DisposeAsync()
        {
            if (real is IAsyncDisposable disposable) await disposable.DisposeAsync();
            else ((IDisposable)real).Dispose();
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => real.ClearStateAsync(stateName, grainId, grainState);
    }
}

/// <summary>The failure that a test planned.</summary>
[GenerateSerializer]
internal sealed class DeliberateFaultException(string point) : Exception($"planned fault: {point}");
