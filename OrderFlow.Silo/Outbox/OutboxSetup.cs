using OrderFlow.Outbox;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Postgres;

namespace OrderFlow.Silo.Outbox;

/// <summary>Registers the outbox and its relay.</summary>
internal static class OutboxSetup
{
    /// <summary>Registers the table, and the signal that it has new rows.</summary>
    public static void AddOutbox(this IServiceCollection services)
    {
        services.AddSingleton<OutboxSignal>();
        services.AddSingleton(provider =>
        {
            var sources = provider.GetRequiredService<PostgresDataSources>();
            return new OutboxTable(sources.Rows, sources.Queries);
        });
        services.AddSingleton<IOutbox>(provider => provider.GetRequiredService<OutboxTable>());
        services.AddSingleton<StockOutboxSignal>();
        services.AddSingleton<IStockOutbox>(provider => new StockOutboxTable(provider.GetRequiredService<PostgresDataSources>().Rows));
    }

    /// <summary>Registers the relays, their metrics and health check. Needs an <see cref="IEventPublisher"/> and an <see cref="IStockEventPublisher"/>.</summary>
    public static void AddOutboxRelay(this IServiceCollection services)
    {
        services.AddSingleton<OutboxRelayStatus>();
        services.AddSingleton<OutboxMetrics>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxMetrics>());
        services.AddWaker<OutboxSignal>((grains, partition) => grains.GetGrain<IOutboxPartitionGrain>(partition).Wake());
        services.AddWaker<StockOutboxSignal>((grains, partition) => grains.GetGrain<IStockOutboxGrain>(partition).Wake());
        services.AddHealthChecks().AddCheck<OutboxMetrics>("outbox", tags: [HealthEndpoints.Ready]);
    }

    private static void AddWaker<TSignal>(this IServiceCollection services, Func<IGrainFactory, short, Task> wake)
        where TSignal : OutboxSignal => services.AddSingleton<IHostedService>(provider =>
    {
        var grains = provider.GetRequiredService<IGrainFactory>();
        return ActivatorUtilities.CreateInstance<OutboxRelayWaker>(provider, provider.GetRequiredService<TSignal>(), (short partition) => wake(grains, partition));
    });
}
