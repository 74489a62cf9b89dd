using System.Threading.Channels;
using OrderFlow.Live;

namespace OrderFlow.Api.Live;

/// <summary>
/// Who follows orders at this process, and the one subscription to their changes that all of them share. It is there only while somebody follows. Readers of
/// one order are told no more than that something changed: they ask the order itself, so that nothing that is lost or doubled on the way here matters.
/// </summary>
internal sealed partial class LiveOrders(ILiveFeed feed, TimeProvider time, ILogger<LiveOrders> log) : BackgroundService
{
    /// <summary>How long changes come after they were asked for.</summary>
    public static readonly TimeSpan FollowDuration = TimeSpan.FromSeconds(30);

    /// <summary>How often they are asked for again while somebody follows. When the last has left, this is also how long it may take to be noticed.</summary>
    public static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(10);

    /// <summary>The pause after a try that failed.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan LeaveWithin = TimeSpan.FromSeconds(2);

    private readonly Channel<bool> _arrivals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _lock = new();
    private readonly Dictionary<long, List<OrderFollower>> _ofOrders = [];
    private readonly List<AllOrdersFollower> _ofAll = [];

    /// <summary>How many follow now.</summary>
    public int FollowerCount
    {
        get
        {
            lock (_lock) return _ofAll.Count + _ofOrders.Values.Sum(readers => readers.Count);
        }
    }

    /// <summary>Follows one order until the reader is disposed.</summary>
    public OrderFollower Follow(long orderId)
    {
        var reader = new OrderFollower(orderId, Leave);
        lock (_lock)
        {
            if (!_ofOrders.TryGetValue(orderId, out var readers)) _ofOrders[orderId] = readers = [];
            readers.Add(reader);
        }

        _arrivals.Writer.TryWrite(true);
        return reader;
    }

    /// <summary>Follows all orders until the reader is disposed.</summary>
    public AllOrdersFollower FollowAll()
    {
        var reader = new AllOrdersFollower(Leave);
        lock (_lock) _ofAll.Add(reader);
        _arrivals.Writer.TryWrite(true);
        return reader;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _arrivals.Reader.ReadAsync(stoppingToken))
        {
            if (FollowerCount > 0) await Listen(stoppingToken);
        }
    }

    /// <summary>Has changes come until nobody follows any more. While the cluster is away it tries again, and has everybody look once it is back.</summary>
    private async Task Listen(CancellationToken stopping)
    {
        try
        {
            for (var isAway = false; FollowerCount > 0;)
            {
                try
                {
                    if (await feed.Follow(Deliver).WaitAsync(stopping) || isAway) WakeAll();
                    isAway = false;
                }
                catch (Exception error) when (!stopping.IsCancellationRequested)
                {
                    if (!isAway) LogAway(error.GetType().Name, error.Message);
                    isAway = true;
                }

                await Task.Delay(isAway ? RetryInterval : RenewInterval, time, stopping);
            }
        }
        finally
        {
            await feed.Unfollow().WaitAsync(LeaveWithin, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);   // else the silos find out by themselves
        }
    }

    private void Deliver(LiveChanges item)
    {
        lock (_lock)
        {
            foreach (var reader in _ofAll) reader.Add(item);
            foreach (var change in item.Changes)
            {
                if (!_ofOrders.TryGetValue(change.OrderId, out var readers)) continue;
                foreach (var reader in readers) reader.Signal();
            }
        }
    }

    private void WakeAll()
    {
        lock (_lock)
        {
            foreach (var reader in _ofOrders.Values.SelectMany(readers => readers)) reader.Signal();
        }
    }

    private void Leave(LiveFollower reader)
    {
        lock (_lock)
        {
            if (reader is AllOrdersFollower ofAll) _ofAll.Remove(ofAll);
            else if (reader is OrderFollower of && _ofOrders.TryGetValue(of.OrderId, out var readers) && readers.Remove(of) && readers.Count == 0) _ofOrders.Remove(of.OrderId);
        }
    }

    [LoggerMessage(LogLevel.Warning, "Changes of orders do not come at the moment, those who follow look for them with each heartbeat; {Error}: {Message}")]
    private partial void LogAway(string error, string message);
}
