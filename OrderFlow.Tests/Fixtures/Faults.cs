using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Inventory;
using OrderFlow.Notifications;
using OrderFlow.Orders;
using OrderFlow.Outbox;
using Orleans.Providers;
using Orleans.Storage;

namespace OrderFlow.Tests.Fixtures;

/// <summary>Injects faults into writes to storages and calls of grains, before or after they take effect.</summary>
internal sealed class Faults
{
    /// <summary>Passed to <see cref="Hold"/> instead of a method: publishing events to Kafka.</summary>
    public const string Publishing = "publishing";

    private readonly Lock _lock = new();
    private readonly List<Fault> _planned = [];

    private Held? _held;
    private int _withheld;
    private volatile Func<OutboxEvent, bool> _isRejected = _ => false;

    /// <summary>How many of the planned faults have occurred.</summary>
    public int Count { get; private set; }

    /// <summary>Fails the <paramref name="nth"/> pass of this point.</summary>
    /// <param name="point">Such as <c>before write order</c> or <c>after call Reserve</c>.</param>
    /// <param name="nth">1 for the first time.</param>
    public void Fail(string point, int nth = 1)
    {
        lock (_lock) _planned.Add(new(point) { Left = nth });
    }

    /// <summary>Holds every call of this method before it reaches its grain, until <see cref="Held.Release"/>.</summary>
    public Held Hold(string method) => _held = new(method);

    /// <summary>Turns the next acknowledgements into failures, though the events are in Kafka.</summary>
    public void Withhold(int acknowledgements)
    {
        lock (_lock) _withheld = acknowledgements;
    }

    /// <summary>Has Kafka reject these events, until the next call.</summary>
    public void Reject(Func<OutboxEvent, bool> isRejected) => _isRejected = isRejected;

    public void Clear()
    {
        _held?.Release();
        lock (_lock)
        {
            _withheld = 0;
            _planned.Clear();
        }
    }

    private bool Withholds()
    {
        lock (_lock)
        {
            if (_withheld == 0) return false;
            _withheld--;
            Count++;
            return true;
        }
    }

    public void Pass(string point)
    {
        lock (_lock)
        {
            foreach (var fault in _planned.Where(fault => fault.Point == point && fault.Left > 0))
            {
                if (--fault.Left > 0) continue;
                Count++;
                throw new DeliberateFaultException(point);
            }
        }
    }

    /// <summary>Wraps the grains' storages and intercepts their calls.</summary>
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

    /// <summary>Calls that were sent and are held before they arrive.</summary>
    internal sealed class Held(string method)
    {
        private readonly TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _waiting;
        private int _arrived;

        public string Method => method;

        /// <summary>Calls that were held so far.</summary>
        public int Waiting => Volatile.Read(ref _waiting);

        /// <summary>Calls that were held, released and answered.</summary>
        public int Arrived => Volatile.Read(ref _arrived);

        public void Release() => _gate.TrySetResult();

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
        public async Task<OutboxPage> Advance(int partition, IReadOnlyList<long> published, IReadOnlyList<long> reload, long after, int limit, string? asOf)
        {
            faults.Pass("before advance");
            var page = await real.Advance(partition, published, reload, after, limit, asOf);
            faults.Pass("after advance");
            return page;
        }
    }

    private sealed class FaultyPublisher(IEventPublisher real, Faults faults) : IEventPublisher
    {
        public int? KafkaPartitionOf(OutboxEvent outboxEvent) => real.KafkaPartitionOf(outboxEvent);

        public void Publish(OutboxEvent outboxEvent, Action<PublishFailure?> report)
        {
            faults.Pass("before publish");
            if (faults._isRejected(outboxEvent)) report(new("rejected on purpose", IsRejection: true));
            else if (faults._held is { Method: Publishing } held) held.Wait(() => Send(outboxEvent, report)).Ignore();
            else Send(outboxEvent, report).Ignore();
        }

        /// <summary>Reports a lost answer as a failure at once; the grain would time out after half a minute.</summary>
        private Task Send(OutboxEvent outboxEvent, Action<PublishFailure?> report)
        {
            real.Publish(outboxEvent, failure =>
            {
                try
                {
                    faults.Pass("after publish");
                    if (failure is null && faults.Withholds()) failure = new("withheld on purpose", IsRejection: false);
                }
                catch (DeliberateFaultException lost)
                {
                    failure = new(lost.Message, IsRejection: false);
                }

                report(failure);
            });
            return Task.CompletedTask;
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

/// <summary>A failure that a test injects.</summary>
[GenerateSerializer]
internal sealed class DeliberateFaultException(string point) : Exception($"planned fault: {point}");
