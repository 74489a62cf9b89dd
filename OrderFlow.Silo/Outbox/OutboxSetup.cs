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
    }

    /// <summary>Registers the relay, its metrics and its health check. Needs an <see cref="IEventPublisher"/>.</summary>
    public static void AddOutboxRelay(this IServiceCollection services)
    {
        services.AddSingleton<OutboxRelayStatus>();
        services.AddSingleton<OutboxMetrics>();
        services.AddHostedService(provider => provider.GetRequiredService<OutboxMetrics>());
        services.AddHostedService<OutboxRelayWaker>();
        services.AddHealthChecks().AddCheck<OutboxMetrics>("outbox", tags: [HealthEndpoints.Ready]);
    }
}
