using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>How many calls into the cluster go on at once, and what becomes of those that have to wait.</summary>
public sealed class ConcurrencyLimit : IAsyncLifetime
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patient = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan TooLate = AdaptiveConcurrencyLimiter.SlowThreshold + TimeSpan.FromMilliseconds(1);

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
    public void Late_answers_halve_the_room_down_to_the_least()
    {
        var sizes = new List<int>();
        for (var i = 0; i < 8; i++)
        {
            Second(soon: 0, late: 1);
            sizes.Add(_limiter.Limit);
        }

        Assert.Equal([1024, 512, 256, 128, 64, 32, 32, 32], sizes);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 0)]
    [InlineData(100, 100)]   // as when one silo of two hangs
    public void Where_most_answers_come_soon_nothing_is_held_back(int soon, int late)
    {
        Second(soon, late);
        Assert.Equal(AdaptiveConcurrencyLimiter.MaxLimit, _limiter.Limit);
    }

    [Fact]
    public async Task Soon_answers_bring_the_room_back_to_the_most_there_is()
    {
        MakeSmall();
        var sizes = new List<int>();
        while (_limiter.Limit < AdaptiveConcurrencyLimiter.MaxLimit)
        {
            Second(soon: 2, late: 1);
            sizes.Add(_limiter.Limit);
        }

        Assert.Equal([40, 50, 62, 77], sizes.Take(4));
        Assert.Equal(AdaptiveConcurrencyLimiter.MaxLimit, await Fill());
    }

    /// <summary>Places that went while they were taken do not come back, and none is lost.</summary>
    [Fact]
    public async Task A_room_that_shrinks_while_it_is_full_has_the_fewer_places()
    {
        Assert.Equal(AdaptiveConcurrencyLimiter.MaxLimit, await Fill());
        _time.Advance(AdaptiveConcurrencyLimiter.SampleInterval);
        for (var left = 0; left < AdaptiveConcurrencyLimiter.MaxLimit; left++) _limiter.Release(TooLate);

        Assert.Equal(AdaptiveConcurrencyLimiter.MaxLimit / 2, _limiter.Limit);
        Assert.Equal(AdaptiveConcurrencyLimiter.MaxLimit / 2, await Fill());
    }

    [Fact]
    public async Task Calls_that_find_no_room_are_made_in_turn()
    {
        MakeSmall();
        var underWay = Begin(AdaptiveConcurrencyLimiter.MinLimit);
        var made = new List<int>();
        var waiting = Enumerable.Range(1, 3).Select(n => _cluster.CallWithRetry(_ =>
        {
            made.Add(n);
            return Task.FromResult(n);
        })).ToList();

        Assert.Empty(made);
        Assert.Equal((AdaptiveConcurrencyLimiter.MinLimit, 3), (_limiter.Active, _limiter.Queued));

        underWay[7].SetResult(0);
        await Task.WhenAll(waiting).WaitAsync(Patient);   // each makes room for the next
        Assert.Equal([1, 2, 3], made);
    }

    [Fact]
    public async Task A_call_whose_turn_does_not_come_in_time_is_never_made()
    {
        MakeSmall();
        var underWay = Begin(AdaptiveConcurrencyLimiter.MinLimit);
        var calls = 0;
        Task<int> Call(IGrainFactory grains) => Task.FromResult(++calls);
        var waiting = new[] { _cluster.CallWithRetry(Call), _cluster.CallOnce(Call) };

        _time.Advance(ClusterClient.RetryTimeout);
        foreach (var call in waiting) await Assert.ThrowsAsync<ClusterUnavailableException>(() => call);
        underWay[0].SetResult(0);
        Assert.Equal((0, 0), (calls, _limiter.Queued));
    }

    [Fact]
    public async Task A_request_that_is_gone_leaves_its_turn_to_the_next()
    {
        MakeSmall();
        using var gone = new CancellationTokenSource();
        var underWay = Begin(AdaptiveConcurrencyLimiter.MinLimit);
        var first = _cluster.WithCancellation(gone.Token).CallWithRetry(_ => Task.FromResult(1));
        var second = _cluster.CallWithRetry(_ => Task.FromResult(2));

        await gone.CancelAsync();
        await Assert.ThrowsAsync<ClusterUnavailableException>(() => first);
        underWay[0].SetResult(0);
        Assert.Equal(2, await second.WaitAsync(Patient));
    }

    /// <summary>Callers who hang up at once would otherwise have the cluster do as much as they like.</summary>
    [Fact]
    public async Task A_call_that_nobody_waits_for_any_more_keeps_its_place_until_it_ends()
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
    public async Task A_call_that_fails_gives_its_place_back()
    {
        MakeSmall();
        foreach (var _ in Enumerable.Range(0, AdaptiveConcurrencyLimiter.MinLimit + 1))
            await Assert.ThrowsAsync<ClusterUnavailableException>(() => _cluster.CallOnce<int>(_ => throw new SiloUnavailableException("gone")));
        Assert.Equal(0, _limiter.Active);
    }

    [Fact]
    public async Task A_call_out_of_turn_waits_for_no_place_and_takes_none()
    {
        MakeSmall();
        Begin(AdaptiveConcurrencyLimiter.MinLimit);
        var never = new TaskCompletionSource<int>();
        _ = _cluster.Unthrottled.CallWithRetry(_ => never.Task);
        Assert.Equal(7, await _cluster.Unthrottled.WithCancellation(CancellationToken.None).CallOnce(_ => Task.FromResult(7)).WaitAsync(Patient));
        Assert.Equal(AdaptiveConcurrencyLimiter.MinLimit, _limiter.Active);
    }

    /// <summary>Orders that have their turn would wait for those that have not, if ids waited for theirs.</summary>
    [Fact]
    public async Task Ids_come_out_of_turn()
    {
        MakeSmall();
        Begin(AdaptiveConcurrencyLimiter.MinLimit);
        _grains.Answer<IOrderIdsGrain>((_, _) => Task.FromResult(new OrderIdBlock(42, 100)));
        Assert.Equal(42, await new OrderIds(_cluster).Next().AsTask().WaitAsync(Patient));
    }

    public Task DisposeAsync()
    {
        _limiter.Dispose();
        return _connection.StopAsync(CancellationToken.None);
    }

    private void MakeSmall()
    {
        while (_limiter.Limit > AdaptiveConcurrencyLimiter.MinLimit) Second(soon: 0, late: 1);
    }

    /// <summary>A second that brings these answers, and the first of the next one, which shows that it is over.</summary>
    private void Second(int soon, int late)
    {
        var took = Enumerable.Repeat(Soon, soon).Concat(Enumerable.Repeat(TooLate, late)).ToList();
        for (var n = 0; n < took.Count; n++)
        {
            if (n == took.Count - 1) _time.Advance(AdaptiveConcurrencyLimiter.SampleInterval);
            Assert.True(_limiter.TryAcquire());
            _limiter.Release(took[n]);
        }
    }

    /// <summary>How many found room.</summary>
    private async Task<int> Fill()
    {
        var found = 0;
        while (_limiter.TryAcquire()) found++;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _limiter.Acquire(TimeSpan.Zero, CancellationToken.None));
        return found;
    }

    /// <summary>Calls that go on until they are told.</summary>
    private List<TaskCompletionSource<int>> Begin(int count)
    {
        var answers = Enumerable.Range(0, count).Select(_ => new TaskCompletionSource<int>()).ToList();
        foreach (var answer in answers) _ = _cluster.CallWithRetry(_ => answer.Task);
        return answers;
    }
}
