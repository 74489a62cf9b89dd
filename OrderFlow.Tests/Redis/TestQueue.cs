using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Notifications;
using OrderFlow.Silo.Notifications.Redis;
using OrderFlow.Tests.Fixtures;
using OrderFlow.Tests.Notifications;
using StackExchange.Redis;

namespace OrderFlow.Tests.Redis;

/// <summary>An empty queue for one test, with a clock to advance by hand. Queues on the shared server share one connection.</summary>
internal sealed class TestQueue : IAsyncDisposable
{
    public const string Worker = "worker-1";

    private static readonly Lazy<Task<RedisConnection>> ToShared = new(async () => Connect(await RedisServer.Shared.ConnectionString()));

    private static int s_queues;

    private readonly RedisConnection _connection;
    private readonly bool _ownsConnection;

    private TestQueue(RedisOptions options, RedisConnection connection, bool ownsConnection)
    {
        _connection = connection;
        _ownsConnection = ownsConnection;
        Queue = new(_connection, Options.Create(options), Time, new Logger<NotificationQueue>(LoggerFactory.Create(logging => logging.AddProvider(Log))));
        Keys = new(options.Queue);
    }

    public NotificationQueue Queue { get; }

    public QueueKeys Keys { get; }

    /// <summary>The log lines of the queue.</summary>
    public LogLines Log { get; } = new();

    public FakeTimeProvider Time { get; } = new(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero));

    public DateTimeOffset Now => Time.GetUtcNow();

    public static async Task<TestQueue> Create(Action<RedisOptions>? settings = null, RedisServer? server = null)
    {
        var options = new RedisOptions { Queue = $"test:{Interlocked.Increment(ref s_queues)}" };
        settings?.Invoke(options);
        return server is null ? new(options, await ToShared.Value, ownsConnection: false) : new(options, Connect($"{await server.ConnectionString()},allowAdmin=true"), ownsConnection: true);
    }

    public static NotificationJob Job(long orderId, int version = 1) =>
        new($"{orderId}-{version}", orderId, "alice", "order.reserved", $"Your order {orderId} is reserved.");

    public Task<IDatabase> Database() => _connection.GetDatabase();

    /// <summary>Enqueues one job and claims it.</summary>
    public async Task<ClaimedJob> EnqueueAndClaim(long orderId = 42)
    {
        await Queue.Enqueue(Job(orderId));
        return await Claim();
    }

    /// <summary>Claims the only job there is.</summary>
    public async Task<ClaimedJob> Claim(string worker = Worker) => Assert.Single(await Queue.Claim(worker, 10, Now));

    /// <summary>Creates a dead letter.</summary>
    public async Task<NotificationJob> AddDeadLetter(long orderId, string reason = "no such mailbox")
    {
        var claimed = await EnqueueAndClaim(orderId);
        Assert.True(await Queue.DeadLetter(Worker, claimed, reason, Now));
        return claimed.Job;
    }

    /// <summary>Claims jobs and returns their ids.</summary>
    public async Task<IEnumerable<string>> ClaimIds(int count = 10) => (await Queue.Claim(Worker, count, Now)).Select(claimed => claimed.Job.JobId);

    public async ValueTask DisposeAsync()
    {
        if (_ownsConnection) await _connection.DisposeAsync();
    }

    private static RedisConnection Connect(string connectionString) =>
        new(Options.Create(new RedisOptions { ConnectionString = connectionString }), NullLogger<RedisConnection>.Instance);
}
