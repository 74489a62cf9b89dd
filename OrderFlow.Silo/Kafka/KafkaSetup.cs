using OrderFlow.Outbox;
using OrderFlow.ServiceDefaults.Options;
using OrderFlow.Silo.Health;
using OrderFlow.Silo.Kafka.Consumer;
using OrderFlow.Silo.Kafka.Producer;
using OrderFlow.Silo.Notifications;

namespace OrderFlow.Silo.Kafka;

/// <summary>Registers the Kafka bridge: the publisher of the outbox relay, and the consumer that feeds the notifications.</summary>
internal static class KafkaSetup
{
    public static void UseKafka(this ISiloBuilder silo)
    {
        var services = silo.Services;
        services.AddValidatedOptions<KafkaOptions>(KafkaOptions.Section);
        services.AddValidatedOptions<NotificationOptions>(NotificationOptions.Section);

        services.AddSingleton<KafkaAvailability>();
        services.AddSingleton<EventMetrics>();
        services.AddHostedService<KafkaMetrics>();
        services.AddHealthChecks().AddCheck<KafkaHealth>("kafka", tags: [HealthEndpoints.Ready]);

        services.AddSingleton<RecordClock>();
        services.AddSingleton<KafkaProducer>();
        services.AddSingleton<IEventPublisher, EventPublisher>();
        services.AddSingleton<IStockEventPublisher, StockEventPublisher>();
        services.AddSingleton<TopicCreation>();
        services.AddHosted<ConnectivityCheck>();

        services.AddSingleton<GroupOffsets>();
        services.AddSingleton<TopicOffsetReader>();
        services.AddSingleton<ConsumedPartitions>();
        services.AddSingleton<OrderEventHandler>();
        services.AddHosted<ConsumerLag>();
        services.AddHosted<SkippedEvents>();
        services.AddHosted<EnabledEvents>();
        services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(provider => provider.GetRequiredService<EnabledEvents>());
        services.AddHosted<OrderEventConsumer>();
    }

    /// <summary>Registers a hosted service that others depend on.</summary>
    private static void AddHosted<TService>(this IServiceCollection services)
        where TService : class, IHostedService
    {
        services.AddSingleton<TService>();
        services.AddHostedService(provider => provider.GetRequiredService<TService>());
    }
}
