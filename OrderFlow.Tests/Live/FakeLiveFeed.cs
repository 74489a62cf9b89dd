using System.Collections.Immutable;
using OrderFlow.Live;
using OrderFlow.Orders;

namespace OrderFlow.Tests.Live;

/// <summary>A live feed that delivers what the test gives it.</summary>
internal sealed class FakeLiveFeed : ILiveFeed
{
    private volatile Action<LiveChanges>? _deliver;
    private int _asked;
    private int _left;

    /// <summary>Simulates that the silos cannot be reached.</summary>
    public bool IsAway { get; set; }

    /// <summary>How often changes were requested successfully.</summary>
    public int Asked => Volatile.Read(ref _asked);

    /// <summary>How often the subscription was ended.</summary>
    public int Left => Volatile.Read(ref _left);

    public Task<bool> Follow(Action<LiveChanges> deliver)
    {
        if (IsAway) return Task.FromException<bool>(new ClusterUnavailableException(new SiloUnavailableException("gone")));

        var isNew = _deliver is null;
        _deliver = deliver;
        Interlocked.Increment(ref _asked);
        return Task.FromResult(isNew);
    }

    public Task Unfollow()
    {
        _deliver = null;
        Interlocked.Increment(ref _left);
        return Task.CompletedTask;
    }

    /// <summary>Delivers changes of these orders, in one item.</summary>
    public void Bring(params IEnumerable<(long OrderId, long Version)> changes) => _deliver!(new LiveChanges(
        [.. changes.Select(change => new LiveChange(change.OrderId, new OrderTransition(OrderStatus.Pending, change.Version, DateTimeOffset.UnixEpoch)))]));
}

/// <summary>An order whose transitions the test sets, in place of its grain.</summary>
internal sealed class FakeOrder
{
    private volatile ImmutableList<OrderTransition>? _transitions = [new(OrderStatus.Pending, 1, DateTimeOffset.UnixEpoch)];
    private int _reads;

    public bool IsAway { get; set; }

    /// <summary>How often it was read.</summary>
    public int Reads => Volatile.Read(ref _reads);

    public void Become(OrderStatus status) => _transitions = _transitions!.Add(new(status, _transitions.Count + 1, DateTimeOffset.UnixEpoch));

    public void Delete() => _transitions = null;

    /// <summary>Answers for the grain.</summary>
    public Task<OrderTransitions> Answer(string method, object?[] arguments)
    {
        Assert.Equal(nameof(IOrderGrain.GetTransitions), method);
        Interlocked.Increment(ref _reads);
        if (IsAway) return Task.FromException<OrderTransitions>(new SiloUnavailableException("gone"));

        return Task.FromResult(_transitions is { } known
            ? new OrderTransitions(Outcome.Ok, [.. known.Where(transition => transition.Version > (long)arguments[1]!)])
            : OrderTransitions.NotFound);
    }
}
