using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using OrderFlow.Notifications;
using OrderFlow.Silo.Kafka;
using OrderFlow.Silo.Notifications;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Silo.Outbox;

namespace OrderFlow.Tests.Fixtures;

/// <summary>The systems around a test cluster: its own Kafka, its own queue in Redis, and a sender that records its jobs.</summary>
internal sealed class ExternalSystems(RedisServer? redis = null, int partitions = 3, ILoggerProvider? log = null, int brokers = 1) : IDisposable
{
    private readonly string _queue = $"test:{Guid.NewGuid():N}";

    /// <summary>The short session timeout lets the group notice lost silos soon.</summary>
    public EmbeddedKafka Kafka { get; } = new(partitions, sessionTimeout: TimeSpan.FromSeconds(3), brokers);

    public RedisServer Redis { get; } = redis ?? RedisServer.Shared;

    /// <summary>The keys of the queue.</summary>
    public QueueKeys Keys => new(_queue);

    public RecordingSender Sender { get; } = new();

    public async Task<IReadOnlyList<KeyValuePair<string, string?>>> Settings() =>
    [
        new("Kafka:BootstrapServers", Kafka.BootstrapServers),
        new("Redis:ConnectionString", await Redis.ConnectionString()),
        new("Redis:Queue", _queue),
        new("Notifications:Worker:Lease", "00:00:03"),
        new("Notifications:Worker:SendTimeout", "00:00:02"),
        new("Notifications:Worker:BaseDelay", "00:00:00.050"),
    ];

    public void AddTo(ISiloBuilder silo)
    {
        silo.Services.AddOutboxRelay();
        silo.UseKafka();
        silo.UseNotifications();
        silo.Services.Replace(ServiceDescriptor.Singleton<INotificationSender>(Sender));
        if (log is not null) silo.Services.AddSingleton(log);
    }

    public void Dispose() => Kafka.Dispose();
}
