using System.Threading.Channels;
using OrderFlow.Live;

namespace OrderFlow.Api.Live;

/// <summary>
/// Holds this process's followers of orders, and the subscription they share, which exists only while somebody follows. Followers of one order are merely
/// signalled: they read the order itself, so a change that is lost or delivered twice does no harm.
/// </summary>
internal sealed partial class LiveOrders(ILiveFeed feed, TimeProvider time, ILogger<LiveOrders> log) : BackgroundService
{
    /// <summary>How long one subscription lasts.</summary>
    public static readonly TimeSpan FollowDuration = TimeSpan.FromSeconds(30);

    /// <summary>How often it is renewed while somebody follows. It also bounds how long it takes to notice that the last follower has left.</summary>
    public static readonly TimeSpan RenewInterval = TimeSpan.FromSeconds(10);

    /// <summary>The delay after a failed attempt.</summary>
    public static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan UnfollowTimeout = TimeSpan.FromSeconds(2);

    private readonly Channel<bool> _arrivals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Lock _lock = new();
    private readonly Dictionary<long, List<LiveFollower>> _byOrder = [];
    private readonly List<AllOrdersFollower> _ofAll = [];

    /// <summary>How many followers there are.</summary>
    public int FollowerCount
    {
        get
        {
            lock (_lock) return _ofAll.Count + _byOrder.Values.Sum(followers => followers.Count);
        }
    }

    /// <summary>Follows one order until the follower is disposed.</summary>
    public LiveFollower Follow(long orderId)
    {
        var follower = new LiveFollower(left => Unfollow(left, orderId));
        lock (_lock)
        {
            if (!_byOrder.TryGetValue(orderId, out var followers)) _byOrder[orderId] = followers = [];
            followers.Add(follower);
        }

        _arrivals.Writer.TryWrite(true);
        return follower;
    }

    /// <summary>Follows all orders until the follower is disposed.</summary>
    public AllOrdersFollower FollowAll()
    {
        var follower = new AllOrdersFollower(UnfollowAll);
        lock (_lock) _ofAll.Add(follower);
        _arrivals.Writer.TryWrite(true);
        return follower;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (await _arrivals.Reader.ReadAsync(stoppingToken))
        {
            if (FollowerCount > 0) await Subscribe(stoppingToken);
        }
    }

    /// <summary>Keeps the subscription until nobody follows. During an outage it retries, and signals every follower of an order once it is over.</summary>
    private async Task Subscribe(CancellationToken stopping)
    {
        var outage = new Outage();
        try
        {
            while (FollowerCount > 0)
            {
                try
                {
                    var hasMissed = await feed.Follow(Deliver).WaitAsync(stopping);
                    if (outage.End() || hasMissed) SignalAll();
                }
                catch (Exception error) when (!stopping.IsCancellationRequested)
                {
                    if (outage.Begin()) LogOutage(error.GetType().Name, error.Message);
                }

                await Task.Delay(outage.Reason is null ? RenewInterval : RetryInterval, time, stopping);
            }
        }
        finally
        {
            // If this fails, the subscription expires.
            await feed.Unfollow().WaitAsync(UnfollowTimeout, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private void Deliver(LiveChanges item)
    {
        lock (_lock)
        {
            foreach (var follower in _ofAll) follower.Add(item);
            foreach (var change in item.Changes)
            {
                if (!_byOrder.TryGetValue(change.OrderId, out var followers)) continue;
                foreach (var follower in followers) follower.Signal();
            }
        }
    }

    private void SignalAll()
    {
        lock (_lock)
        {
            foreach (var follower in _byOrder.Values.SelectMany(followers => followers)) follower.Signal();
        }
    }

    private void Unfollow(LiveFollower follower, long orderId)
    {
        lock (_lock)
        {
            if (_byOrder.TryGetValue(orderId, out var followers) && followers.Remove(follower) && followers.Count == 0) _byOrder.Remove(orderId);
        }
    }

    private void UnfollowAll(LiveFollower follower)
    {
        lock (_lock) _ofAll.RemoveAll(each => each == follower);
    }

    [LoggerMessage(
        LogLevel.Warning, "The API receives no changes of orders and retries every second; followers read theirs with each heartbeat. {Error}: {Reason}")]
    private partial void LogOutage(string error, string reason);
}
