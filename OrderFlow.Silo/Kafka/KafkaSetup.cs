using OrderFlow.Outbox;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Notifications;
using OrderFlow.Silo.Outbox;

namespace OrderFlow.Silo.Kafka;

/// <summary>The bridge: the outbox to Kafka, and Kafka to the notifications.</summary>
internal static class KafkaSetup
{
    public static void UseKafka(this ISiloBuilder silo)
    {
        var services = silo.Services;
        services.AddValidatedOptions<KafkaOptions>(KafkaOptions.Section);
        services.AddValidatedOptions<NotificationOptions>(NotificationOptions.Section);

        services.AddSingleton<KafkaState>();
        services.AddSingleton<KafkaProducer>();
        services.AddSingleton<GroupOffsets>();
        services.AddSingleton<RecordClock>();
        services.AddSingleton<OutboxRelayMetrics>();
        services.AddSingleton<EventMetrics>();
        services.AddSingleton<IEventPublisher, EventPublisher>();
        services.AddSingleton<OrderEventHandler>();
        services.AddSingleton<ConsumedPartitions>();
        services.AddSingleton<SwitchOnOffsets>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<EventSwitch>());

        services.AddHosted<OutboxDepth>();
        services.AddHosted<ConnectivityCheck>();
        services.AddHosted<ConsumerLag>();
        services.AddHosted<EventSwitch>();
        services.AddHosted<SkippedEvents>();
        services.AddHostedService<BridgeMetrics>();
        services.AddHostedService<OutboxRelayWaker>();
        services.AddHosted<OrderEventConsumer>();

        services.AddHealthChecks()
            .AddCheck<KafkaHealth>("kafka", tags: [HealthEndpoints.Ready])
            .AddCheck<OutboxDepth>("outbox", tags: [HealthEndpoints.Ready]);
    }

    /// <summary>A hosted service that others ask for, too.</summary>
    private static void AddHosted<TService>(this IServiceCollection services)
        where TService : class, IHostedService
    {
        services.AddSingleton<TService>();
        services.AddHostedService(provider => provider.GetRequiredService<TService>());
    }
}
