using Microsoft.Extensions.Logging.Abstractions;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

public sealed class OrderIdBlocks : IAsyncLifetime
{
    private const int BlockSize = 10;

    private readonly GivenGrains _grains = GivenGrains.Make();
    private readonly ClusterConnection _connection;
    private readonly AdaptiveConcurrencyLimiter _limiter = new(TimeProvider.System);
    private readonly OrderIds _ids;
    private int _blocks;
    private int _asking;
    private int _mostAsking;

    public OrderIdBlocks()
    {
        _grains.Answer<IOrderIdsGrain>((_, _) => NextBlock());
        _connection = new(StartedClient.Of(_grains.Factory));
        _ids = new(new ClusterClient(_grains.Factory, _connection, _limiter, new(TimeProvider.System, NullLogger<ClusterClient>.Instance), TimeProvider.System));
    }

    public async Task InitializeAsync()
    {
        await _connection.StartAsync(CancellationToken.None);
        await _connection.ExecuteTask!;
    }

    [Fact]
    public async Task Ids_are_in_order_and_most_need_no_call()
    {
        var ids = new List<long>();
        for (var i = 0; i < 5 * BlockSize; i++) ids.Add(await _ids.Next());
        Assert.Equal(Enumerable.Range(1, 5 * BlockSize).Select(id => (long)id), ids);
        Assert.InRange(_blocks, 5, 6);   // one may be in reserve
    }

    [Fact]
    public async Task Many_callers_at_once_are_all_given_different_ids_and_none_is_lost()
    {
        const int callers = 2_000;
        var ids = await Task.WhenAll(Enumerable.Range(0, callers).Select(_ => Task.Run(async () => await _ids.Next())));
        Assert.Equal(Enumerable.Range(1, callers).Select(id => (long)id), ids.Order());
        Assert.Equal(1, _mostAsking);
        Assert.InRange(_blocks, callers / BlockSize, (callers / BlockSize) + 1);
    }

    [Fact]
    public async Task If_a_block_request_fails_all_who_wait_fail_and_the_next_caller_requests_again()
    {
        var gate = new TaskCompletionSource<OrderIdBlock>();
        var asked = 0;
        _grains.Answer<IOrderIdsGrain>((_, _) =>
        {
            asked++;
            return gate.Task;
        });
        var waiting = Enumerable.Range(0, 20).Select(_ => _ids.Next().AsTask()).ToArray();
        gate.SetException(new InvalidOperationException("no ids"));
        foreach (var one in waiting) await Assert.ThrowsAsync<InvalidOperationException>(() => one);
        Assert.Equal(1, asked);

        _grains.Answer<IOrderIdsGrain>((_, _) => NextBlock());
        Assert.Equal(1, await _ids.Next());
    }

    [Fact]
    public async Task A_taken_id_discards_the_rest_of_its_block_and_the_next_block()
    {
        var taken = await _ids.Next();
        await Eventually.Get("the following block to be in stock", () => Task.FromResult(_blocks), blocks => blocks == 2);

        _ids.DiscardBlockOf(taken);
        Assert.Equal((2 * BlockSize) + 1, await _ids.Next());

        _ids.DiscardBlockOf(taken);   // later blocks are not discarded for an older id
        Assert.Equal((2 * BlockSize) + 2, await _ids.Next());
    }

    [Fact]
    public async Task A_block_requested_before_a_taken_id_was_found_is_not_used()
    {
        await _ids.Next();
        await Eventually.Get("the following block to be in stock", () => Task.FromResult(_blocks), blocks => blocks == 2);
        var old = new TaskCompletionSource<OrderIdBlock>();
        _grains.Answer<IOrderIdsGrain>((_, _) => old.Task);
        for (var id = 2; id <= BlockSize; id++) await _ids.Next();
        var taken = await _ids.Next();   // the first of the next block; another is requested
        await Eventually.Get("it to be asked for", () => Task.FromResult(_grains.Asked.Count), asked => asked == 3);

        _ids.DiscardBlockOf(taken);
        _grains.Answer<IOrderIdsGrain>((_, _) => NextBlock());
        var next = _ids.Next();
        old.SetResult(new(500, BlockSize));
        Assert.Equal((2 * BlockSize) + 1, await next);
        Assert.Equal((2 * BlockSize) + 2, await _ids.Next());
    }

    public Task DisposeAsync()
    {
        _limiter.Dispose();
        return _connection.StopAsync(CancellationToken.None);
    }

    private async Task<OrderIdBlock> NextBlock()
    {
        _mostAsking = Math.Max(_mostAsking, Interlocked.Increment(ref _asking));
        await Task.Yield();
        Interlocked.Decrement(ref _asking);
        return new(((Interlocked.Increment(ref _blocks) - 1) * BlockSize) + 1, BlockSize);
    }
}
