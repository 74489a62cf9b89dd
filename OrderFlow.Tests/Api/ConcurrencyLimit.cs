using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>How many calls into the cluster run at once, and what happens to those that wait.</summary>
public sealed class ConcurrencyLimit : IAsyncLifetime
{
    private static readonly TimeSpan Fast = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Slow = AdaptiveConcurrencyLimiter.SlowThreshold + TimeSpan.FromMilliseconds(1);

    private readonly FakeTimeProvider _time = new();
    private readonly GivenGrains _grains = GivenGrains.Make();
    private readonly AdaptiveConcurrencyLimiter _limiter;
    private readonly ClusterConnection _connection;
    private readonly ClusterClient _cluster;

    public ConcurrencyLimit()
    {
        _limiter = new(_time);
        _connection = new(StartedClient.Of(_grains.Factory));
        _cluster = new(_grains.Factory, _connection, _limiter, new(_time, NullLogger<ClusterClient>.Instance), _time);
    }

    public async Task InitializeAsync()
    {
        await _connection.StartAsync(CancellationToken.None);
        await _connection.ExecuteTask!;
    }

    [Fact]
    public void Slow_calls_halve_the_limit_down_to_the_minimum()
    {
        var sizes = new List<int>();
        for (var i = 0; i < 8; i++)
        {
            Sample(fast: 0, slow: 1);
            sizes.Add(_limiter.Limit);
        }

        Assert.Equal([1024, 512, 256, 128, 64, 32, 32, 32], sizes);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(100, 100)]   // as when one silo of two hangs
    public void The_limit_is_not_lowered_while_most_calls_are_fast(int fast, int slow)
    {
        Sample(fast, slow);
        Assert.Equal(AdaptiveConcurrencyLimiter.MaxLimit, _limiter.Limit);
    }

    [Fact]
    public async Task Fast_calls_raise_the_limit_back_to_the_maximum()
    {
        LowerLimit();
        var sizes = new List<int>();
        while (_limiter.Limit < AdaptiveConcurrencyLimiter.MaxLimit)
        {
            Sample(fast: 2, slow: 1);
            sizes.Add(_limiter.Limit);
        }

        Assert.Equal([40, 50, 62, 77], sizes.Take(4));
        Assert.Equal(AdaptiveConcurrencyLimiter.MaxLimit, await Fill());
    }

    /// <summary>Surplus permits are not released, and none is lost.</summary>
    [Fact]
    public async Task A_limit_that_is_lowered_while_all_permits_are_held_takes_effect_as_they_are_released()
    {
        Assert.Equal(AdaptiveConcurrencyLimiter.MaxLimit, await Fill());
        _time.Advance(AdaptiveConcurrencyLimiter.SampleInterval);
        for (var left = 0; left < AdaptiveConcurrencyLimiter.MaxLimit; left++) _limiter.Release(Slow);

        Assert.Equal(AdaptiveConcurrencyLimiter.MaxLimit / 2, _limiter.Limit);
        Assert.Equal(AdaptiveConcurrencyLimiter.MaxLimit / 2, await Fill());
    }

    [Fact]
    public async Task Calls_without_a_permit_are_sent_in_order_of_arrival()
    {
        LowerLimit();
        var running = Begin(AdaptiveConcurrencyLimiter.MinLimit);
        var made = new List<int>();
        var waiting = Enumerable.Range(1, 3).Select(n => _cluster.CallWithRetry(_ =>
        {
            made.Add(n);
            return Task.FromResult(n);
        })).ToList();

        Assert.Empty(made);
        Assert.Equal((AdaptiveConcurrencyLimiter.MinLimit, 3), (_limiter.Active, _limiter.Queued));

        running[7].SetResult(0);
        await Task.WhenAll(waiting).WaitAsync(Deadline);   // each releases its permit to the next
        Assert.Equal([1, 2, 3], made);
    }

    [Fact]
    public async Task A_call_that_gets_no_permit_in_time_is_never_sent()
    {
        LowerLimit();
        var running = Begin(AdaptiveConcurrencyLimiter.MinLimit);
        var calls = 0;
        Task<int> Call(IGrainFactory grains) => Task.FromResult(++calls);
        var waiting = new[] { _cluster.CallWithRetry(Call), _cluster.CallOnce(Call) };

        _time.Advance(ClusterClient.RetryTimeout);
        foreach (var call in waiting) await Assert.ThrowsAsync<ClusterUnavailableException>(() => call);
        running[0].SetResult(0);
        Assert.Equal((0, 0), (calls, _limiter.Queued));
    }

    [Fact]
    public async Task An_aborted_request_leaves_the_queue()
    {
        LowerLimit();
        using var gone = new CancellationTokenSource();
        var running = Begin(AdaptiveConcurrencyLimiter.MinLimit);
        var first = _cluster.WithCancellation(gone.Token).CallWithRetry(_ => Task.FromResult(1));
        var second = _cluster.CallWithRetry(_ => Task.FromResult(2));

        await gone.CancelAsync();
        await Assert.ThrowsAsync<ClusterUnavailableException>(() => first);
        running[0].SetResult(0);
        Assert.Equal(2, await second.WaitAsync(Deadline));
    }

    /// <summary>Callers who abort at once could otherwise overload the cluster.</summary>
    [Fact]
    public async Task An_abandoned_call_holds_its_permit_until_it_ends()
    {
        using var gone = new CancellationTokenSource();
        var answer = new TaskCompletionSource<int>();
        var call = _cluster.WithCancellation(gone.Token).CallWithRetry(_ => answer.Task);

        await gone.CancelAsync();
        await Assert.ThrowsAsync<ClusterUnavailableException>(() => call);
        Assert.Equal(1, _limiter.Active);
        answer.SetResult(1);
        await Eventually.Get("its place to be free", () => Task.FromResult(_limiter.Active), taken => taken == 0);
    }

    [Fact]
    public async Task A_call_that_fails_releases_its_permit()
    {
        LowerLimit();
        foreach (var _ in Enumerable.Range(0, AdaptiveConcurrencyLimiter.MinLimit + 1))
            await Assert.ThrowsAsync<ClusterUnavailableException>(() => _cluster.CallOnce<int>(_ => throw new SiloUnavailableException("gone")));
        Assert.Equal(0, _limiter.Active);
    }

    [Fact]
    public async Task An_unthrottled_call_needs_no_permit_and_holds_none()
    {
        LowerLimit();
        Begin(AdaptiveConcurrencyLimiter.MinLimit);
        var never = new TaskCompletionSource<int>();
        _ = _cluster.Unthrottled.CallWithRetry(_ => never.Task);
        Assert.Equal(7, await _cluster.Unthrottled.WithCancellation(CancellationToken.None).CallOnce(_ => Task.FromResult(7)).WaitAsync(Deadline));
        Assert.Equal(AdaptiveConcurrencyLimiter.MinLimit, _limiter.Active);
    }

    /// <summary>Orders that hold permits would otherwise wait for those that do not.</summary>
    [Fact]
    public async Task Id_requests_need_no_permit()
    {
        LowerLimit();
        Begin(AdaptiveConcurrencyLimiter.MinLimit);
        _grains.Answer<IOrderIdsGrain>((_, _) => Task.FromResult(new OrderIdBlock(42, 100)));
        Assert.Equal(42, await new OrderIds(_cluster).Next().AsTask().WaitAsync(Deadline));
    }

    public Task DisposeAsync()
    {
        _limiter.Dispose();
        return _connection.StopAsync(CancellationToken.None);
    }

    private void LowerLimit()
    {
        while (_limiter.Limit > AdaptiveConcurrencyLimiter.MinLimit) Sample(fast: 0, slow: 1);
    }

    /// <summary>Completes these calls within one sample interval.</summary>
    private void Sample(int fast, int slow)
    {
        var took = Enumerable.Repeat(Fast, fast).Concat(Enumerable.Repeat(Slow, slow)).ToList();
        for (var n = 0; n < took.Count; n++)
        {
            if (n == took.Count - 1) _time.Advance(AdaptiveConcurrencyLimiter.SampleInterval);
            Assert.True(_limiter.TryAcquire());
            _limiter.Release(took[n]);
        }
    }

    /// <summary>Acquires all free permits and counts them.</summary>
    private async Task<int> Fill()
    {
        var found = 0;
        while (_limiter.TryAcquire()) found++;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _limiter.Acquire(TimeSpan.Zero, CancellationToken.None));
        return found;
    }

    /// <summary>Starts calls that run until they are completed.</summary>
    private List<TaskCompletionSource<int>> Begin(int count)
    {
        var answers = Enumerable.Range(0, count).Select(_ => new TaskCompletionSource<int>()).ToList();
        foreach (var answer in answers) _ = _cluster.CallWithRetry(_ => answer.Task);
        return answers;
    }
}
