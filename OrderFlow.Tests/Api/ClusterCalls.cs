using System.Collections.Concurrent;
using System.Net;
using System.Text;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using OrderFlow.Inventory;
using OrderFlow.Notifications;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;

namespace OrderFlow.Tests.Api;

/// <summary>Which calls are retried when the cluster fails, for how long, and which are not.</summary>
public sealed class ClusterCalls : IDisposable
{
    private const string GoodOrder = """{"userId":"alice","items":[{"productId":"a","quantity":1}]}""";

    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly CountedTime _time = new();
    private readonly GivenGrains _grains = GivenGrains.Make().Answer<IOrderIdsGrain>((_, _) => Task.FromResult(new OrderIdBlock(42, 100)));
    private readonly ClusterConnection _connection;
    private readonly AdaptiveConcurrencyLimiter _limiter;
    private readonly ClusterClient _cluster;

    public ClusterCalls()
    {
        _connection = new(StartedClient.Of(_grains.Factory));
        _limiter = new(_time);
        _cluster = new(_grains.Factory, _connection, _limiter, new(_time, NullLogger<ClusterClient>.Instance), _time);
    }

    public static TheoryData<Exception> Outages => new()
    {
        new SiloUnavailableException("gone"),
        new OrleansException("gone"),
        new Orleans.Storage.InconsistentStateException("two activations"),
        new TimeoutException("no answer"),
        new UnavailableException("no database"),
    };

    [Theory, MemberData(nameof(Outages))]
    public async Task A_call_is_retried_until_it_is_answered(Exception outage)
    {
        await Connect();
        var calls = 0;
        Assert.Equal(7, await Finish(_cluster.CallWithRetry(_ => ++calls < 4 ? Task.FromException<int>(outage) : Task.FromResult(7))));
        Assert.Equal(4, calls);
    }

    [Fact]
    public async Task A_call_is_retried_no_longer_than_the_retry_timeout()
    {
        await Connect();
        var began = _time.GetUtcNow();
        var calls = 0;
        await Assert.ThrowsAsync<ClusterUnavailableException>(() => Finish(_cluster.CallWithRetry<int>(_ =>
        {
            calls++;
            throw new SiloUnavailableException("gone");
        })));
        Assert.InRange(_time.GetUtcNow() - began, ClusterClient.RetryTimeout / 2, ClusterClient.RetryTimeout + ClusterClient.MaxRetryDelay);
        Assert.InRange(calls, 10, 60);
    }

    [Fact]
    public async Task An_unexpected_error_is_not_retried()
    {
        await Connect();
        var calls = 0;
        await Assert.ThrowsAsync<InvalidOperationException>(() => _cluster.CallWithRetry<int>(_ =>
        {
            calls++;
            throw new InvalidOperationException("a fault");
        }));
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task A_call_is_abandoned_when_its_request_is_aborted()
    {
        await Connect();
        using var time = new CancellationTokenSource();
        var never = new TaskCompletionSource<int>();
        var calls = new[] { _cluster.WithCancellation(time.Token).CallWithRetry(_ => never.Task), _cluster.WithCancellation(time.Token).CallOnce(_ => never.Task) };
        Assert.All(calls, call => Assert.False(call.IsCompleted));

        await time.CancelAsync();
        foreach (var call in calls) await Assert.ThrowsAsync<ClusterUnavailableException>(() => call);
    }

    [Fact]
    public async Task A_call_is_not_retried_once_its_request_is_aborted()
    {
        await Connect();
        using var time = new CancellationTokenSource();
        var calls = 0;
        var call = _cluster.WithCancellation(time.Token).CallWithRetry<int>(_ =>
        {
            calls++;
            throw new SiloUnavailableException("gone");
        });
        Assert.False(call.IsCompleted);

        await time.CancelAsync();
        await Assert.ThrowsAsync<ClusterUnavailableException>(() => call);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task An_answer_that_is_already_there_is_returned_even_after_the_abort()
    {
        await Connect();
        using var time = new CancellationTokenSource();
        await time.CancelAsync();
        Assert.Equal(7, await _cluster.WithCancellation(time.Token).CallWithRetry(_ => Task.FromResult(7)));
    }

    [Fact]
    public async Task No_call_is_sent_before_a_silo_was_reached()
    {
        var call = _cluster.CallWithRetry(_ => Task.FromResult(7));
        Assert.False(call.IsCompleted);
        await Connect();
        Assert.Equal(7, await Finish(call));
    }

    [Fact]
    public async Task The_queue_for_the_cluster_is_limited()
    {
        await Connect();
        var calls = Enumerable.Range(0, AdaptiveConcurrencyLimiter.MaxQueued + 5).Select(_ => _cluster.CallWithRetry<int>(_ => throw new SiloUnavailableException("gone"))).ToArray();
        var failedAtOnce = calls.Where(call => call.IsFaulted).ToArray();
        Assert.Equal(5, failedAtOnce.Length);
        foreach (var call in failedAtOnce) await Assert.ThrowsAsync<ClusterUnavailableException>(() => call);
        foreach (var call in calls.Except(failedAtOnce)) await Assert.ThrowsAsync<ClusterUnavailableException>(() => Finish(call));
    }

    [Fact]
    public async Task A_retried_order_keeps_its_id()
    {
        var failures = 2;
        _grains.Answer<IOrderGrain>((_, arguments) => failures-- > 0
            ? Task.FromException<OrderResult>(new SiloUnavailableException("gone"))
            : Task.FromResult(OrderResult.Ok(Pending((PlaceOrder)arguments[0]!))));

        using var api = new ApiProgram(_grains.Factory);
        using var client = api.As(Tokens.Alice);
        using var answer = await client.PostAsync(new Uri("/orders", UriKind.Relative), Json("""{"userId":"alice","items":[{"productId":"a","quantity":1}]}"""));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(Enumerable.Repeat("IOrderGrain(42).Place", 3), _grains.Asked.Where(call => call.StartsWith("IOrderGrain", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task An_order_found_deleted_after_a_lost_answer_is_reported_as_deleted()
    {
        var failures = 1;
        _grains.Answer<IOrderGrain>((_, _) => failures-- > 0 ? Task.FromException<OrderResult>(new TimeoutException()) : Task.FromResult(OrderResult.NotFound with { WasDeletedBefore = true }));
        using var api = new ApiProgram(_grains.Factory);
        using var client = api.As(Tokens.Alice);
        using var first = await client.DeleteAsync(new Uri("/orders/42", UriKind.Relative));
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        using var second = await client.DeleteAsync(new Uri("/orders/42", UriKind.Relative));
        Assert.Equal(HttpStatusCode.NotFound, second.StatusCode);
    }

    [Fact]
    public async Task An_order_that_never_existed_is_not_reported_as_deleted_after_a_lost_answer()
    {
        var failures = 1;
        _grains.Answer<IOrderGrain>((_, _) => failures-- > 0 ? Task.FromException<OrderResult>(new TimeoutException()) : Task.FromResult(OrderResult.NotFound));
        using var api = new ApiProgram(_grains.Factory);
        using var client = api.As(Tokens.Alice);
        using var answer = await client.DeleteAsync(new Uri("/orders/42", UriKind.Relative));
        Assert.Equal((HttpStatusCode.NotFound, 2), (answer.StatusCode, _grains.Asked.Count));
    }

    [Theory]
    [InlineData(1, OrderStatus.Cancelled, HttpStatusCode.OK)]                   // its own cancellation, whose answer was lost, or the same by somebody else
    [InlineData(0, OrderStatus.Cancelled, HttpStatusCode.PreconditionFailed)]   // certainly somebody else's
    [InlineData(1, OrderStatus.Reserved, HttpStatusCode.PreconditionFailed)]    // another change
    public async Task After_a_lost_answer_a_version_made_stale_by_the_same_change_counts_as_success(int lost, OrderStatus now, HttpStatusCode expected)
    {
        var changed = new Order(42, "alice", [new("sku-1", 1)], now, 0, At, At, FailReason: null, Version: 3);
        _grains.Answer<IOrderFulfilmentGrain>((_, _) => lost-- > 0
            ? Task.FromException<OrderResult>(new TimeoutException())
            : Task.FromResult(new OrderResult(Outcome.Stale, changed)));
        using var api = new ApiProgram(_grains.Factory);
        using var client = api.As(Tokens.Alice);
        using var request = new HttpRequestMessage(HttpMethod.Patch, new Uri("/orders/42/status", UriKind.Relative)) { Content = Json("""{"status":"cancelled"}""") };
        Assert.True(request.Headers.TryAddWithoutValidation("If-Match", "\"2\""));
        using var answer = await client.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("DHL", HttpStatusCode.OK)]
    [InlineData("UPS", HttpStatusCode.PreconditionFailed)]
    [InlineData(null, HttpStatusCode.PreconditionFailed)]
    public async Task After_a_lost_answer_an_order_that_was_fulfilled_with_another_parcel_is_stale(string? carrier, HttpStatusCode expected)
    {
        var lost = 1;
        var fulfilled = new Order(
            42, "alice", [new("sku-1", 1)], OrderStatus.Fulfilled, 0, At, At, FailReason: null, Version: 4, Tracking: carrier is null ? null : new(carrier, "1"));
        _grains.Answer<IOrderFulfilmentGrain>((_, _) => lost-- > 0
            ? Task.FromException<OrderResult>(new TimeoutException())
            : Task.FromResult(new OrderResult(Outcome.Stale, fulfilled)));
        using var api = new ApiProgram(_grains.Factory);
        using var client = api.As(Tokens.Fulfilment);
        using var request = new HttpRequestMessage(HttpMethod.Patch, new Uri("/orders/42/status", UriKind.Relative))
        {
            Content = Json("""{"status":"fulfilled","tracking":{"carrier":"DHL","number":"1"}}"""),
        };
        Assert.True(request.Headers.TryAddWithoutValidation("If-Match", "\"2\""));
        using var answer = await client.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("PATCH", "/orders/42/status", """{"status":"pending"}""", "IOrderFulfilmentGrain(42).ChangeStatus")]
    [InlineData("POST", "/notifications/pause", null, "INotificationQueueGrain(0).SetPaused")]
    [InlineData("POST", "/notifications/resume", null, "INotificationQueueGrain(0).SetPaused")]
    [InlineData("POST", "/notifications/dead-letters/42-2/replay", null, "INotificationQueueGrain(0).Replay")]
    public async Task A_call_that_is_not_idempotent_is_sent_once_and_reported_with_unknown_outcome(string method, string address, string? body, string call)
    {
        _grains.Answer<IOrderFulfilmentGrain>((_, _) => Task.FromException<OrderResult>(new TimeoutException()));
        _grains.Answer<INotificationQueueGrain>((asked, _) => asked == nameof(INotificationQueueGrain.Replay)
            ? Task.FromException<Outcome>(new TimeoutException())
            : Task.FromException(new TimeoutException()));
        using var api = new ApiProgram(_grains.Factory);
        using var client = api.As(Tokens.Admin);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative));
        if (body is not null) request.Content = Json(body);
        using var answer = await client.SendAsync(request);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, ClusterClient.RetryAfter), (answer.StatusCode, answer.Headers.RetryAfter?.Delta));
        Assert.Equal(ClusterUnavailableException.OutcomeUnknown, (string?)(await Problem.In(answer))["detail"]);
        Assert.Equal([call], _grains.Asked);
    }

    /// <summary>The operation's id makes the stock item answer a repeated one as the first.</summary>
    [Theory]
    [InlineData("PUT", "/inventory/sku-1", """{"availableQuantity":100,"unitPrice":1}""")]
    [InlineData("POST", "/inventory/sku-1/restock", """{"quantity":1}""")]
    [InlineData("POST", "/inventory/sku-1/adjust", """{"delta":-1,"reason":"one was broken"}""")]
    [InlineData("PUT", "/inventory/sku-1/settings", """{"unitPrice":1}""")]
    [InlineData("DELETE", "/inventory/sku-1", null)]
    [InlineData("POST", "/inventory/import", """{"items":[{"productId":"sku-1","availableQuantity":1,"unitPrice":1}]}""")]
    public async Task A_change_of_stock_is_sent_until_it_is_answered_as_one_operation(string method, string address, string? body)
    {
        var operations = new ConcurrentQueue<string>();
        _grains.Answer<IStockAdminGrain>((_, arguments) =>
        {
            operations.Enqueue(((StockOperation)arguments[0]!).Id);
            return operations.Count % 3 != 0
                ? Task.FromException<StockResult>(new TimeoutException())
                : Task.FromResult(new StockResult(Outcome.Ok, new StockItem("sku-1", 1, 0, 1, At, Version: 1), WasRepeated: true));
        });
        using var api = new ApiProgram(_grains.Factory);
        using var client = api.As(Tokens.Admin);
        for (var i = 0; i < 2; i++)
        {
            var answer = await client.Ask(method, address, body);
            Assert.Equal((HttpStatusCode.OK, false), (answer.Status, answer.IsReplay));   // the client has sent it once
        }

        Assert.Equal([3, 3], operations.CountBy(id => id).Select(id => id.Value));
    }

    [Theory]
    [InlineData("/notifications/pause")]
    [InlineData("/notifications/resume")]
    public async Task A_change_that_was_carried_out_is_not_denied_if_its_result_cannot_be_read(string address)
    {
        _grains.Answer<INotificationQueueGrain>((asked, _) => asked == nameof(INotificationQueueGrain.SetPaused)
            ? Task.CompletedTask
            : Task.FromException<NotificationStats>(new CallNotSentException("no permit")));
        using var api = new ApiProgram(_grains.Factory, ("Requests:Timeout", "00:00:01"));
        using var client = api.As(Tokens.Admin);
        using var answer = await client.PostAsync(new Uri(address, UriKind.Relative), content: null);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(ClusterUnavailableException.OutcomeUnknown, (string?)(await Problem.In(answer))["detail"]);
        Assert.Equal("INotificationQueueGrain(0).SetPaused", _grains.Asked[0]);
    }

    [Theory]
    [InlineData("PUT", "/inventory/cafe%CC%81", """{"availableQuantity":100,"unitPrice":1}""")]
    [InlineData("POST", "/inventory/cafe%CC%81/restock", """{"quantity":1}""")]
    [InlineData("POST", "/inventory/cafe%CC%81/adjust", """{"delta":1,"reason":"a"}""")]
    [InlineData("PUT", "/inventory/cafe%CC%81/settings", """{"unitPrice":1}""")]
    [InlineData("POST", "/inventory/import", """{"items":[{"productId":"cafe\u0301","availableQuantity":1,"unitPrice":1}]}""")]
    [InlineData("POST", "/orders", """{"userId":"root","items":[{"productId":"cafe\u0301","quantity":1}]}""")]
    public async Task If_the_product_cannot_be_resolved_the_request_is_reported_as_not_carried_out(string method, string address, string body)
    {
        _grains.Answer<IStockQueryGrain>((_, _) => Task.FromException<ProductName[]>(new TimeoutException()));
        using var api = new ApiProgram(_grains.Factory, ("Requests:Timeout", "00:00:01"));
        using var client = api.As(Tokens.Admin);
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(address, UriKind.Relative)) { Content = Json(body) };
        using var answer = await client.SendAsync(request);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(ClusterUnavailableException.NotCarriedOut, (string?)(await Problem.In(answer))["detail"]);
        Assert.All(_grains.Asked, call => Assert.Equal("IStockQueryGrain(0).Resolve", call));
    }

    [Fact]
    public async Task CallOnce_retries_a_call_that_was_not_sent()
    {
        var call = _cluster.CallOnce(_ => Task.FromResult(7));
        Assert.False(call.IsCompleted);
        await Connect();
        Assert.Equal(7, await Finish(call));
    }

    [Fact]
    public async Task A_call_that_was_never_sent_is_reported_as_not_carried_out()
    {
        var calls = new[] { _cluster.CallOnce(_ => Task.FromResult(7)), _cluster.CallWithRetry(_ => Task.FromResult(7)) };
        foreach (var call in calls)
        {
            var error = await Assert.ThrowsAsync<ClusterUnavailableException>(() => Finish(call));
            Assert.Equal(ClusterUnavailableException.NotCarriedOut, error.Message);
        }
    }

    [Fact]
    public async Task An_order_whose_id_is_taken_is_placed_under_the_next_free_one()
    {
        var taken = 3;
        AnswerPlace(command => --taken >= 0 ? new(Outcome.IdTaken) : OrderResult.Ok(Pending(command)));
        using var api = new ApiProgram(_grains.Factory);
        using var client = api.As(Tokens.Alice);
        using var answer = await client.PostAsync(new Uri("/orders", UriKind.Relative), Json(GoodOrder));
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(4, Places());
    }

    [Fact]
    public async Task An_order_that_existed_before_a_requests_only_call_is_anothers_even_with_the_same_body()
    {
        var first = true;
        AnswerPlace(command =>
        {
            var result = OrderResult.Ok(Pending(command)) with { WasPlacedBefore = first };
            first = false;
            return result;
        });
        using var api = new ApiProgram(_grains.Factory);
        using var client = api.As(Tokens.Alice);
        using var answer = await client.PostAsync(new Uri("/orders", UriKind.Relative), Json(GoodOrder));
        Assert.Equal((HttpStatusCode.Created, 2), (answer.StatusCode, Places()));
    }

    [Fact]
    public async Task Without_a_free_id_the_order_is_reported_as_not_placed()
    {
        AnswerPlace(_ => new(Outcome.IdTaken));
        using var api = new ApiProgram(_grains.Factory);
        using var client = api.As(Tokens.Alice);
        using var answer = await client.PostAsync(new Uri("/orders", UriKind.Relative), Json(GoodOrder));
        Assert.Equal((HttpStatusCode.ServiceUnavailable, OrderPlacer.MaxIdAttempts), (answer.StatusCode, Places()));
        Assert.Equal(ClusterUnavailableException.NotCarriedOut, (string?)(await Problem.In(answer))["detail"]);
    }

    [Fact]
    public async Task Without_ids_the_order_is_reported_as_not_placed()
    {
        _grains.Answer<IOrderIdsGrain>((_, _) => Task.FromException<OrderIdBlock>(new TimeoutException()));
        using var api = new ApiProgram(_grains.Factory);
        using var client = api.As(Tokens.Alice);
        using var answer = await client.PostAsync(new Uri("/orders", UriKind.Relative), Json(GoodOrder));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Equal(ClusterUnavailableException.NotCarriedOut, (string?)(await Problem.In(answer))["detail"]);
    }

    public void Dispose()
    {
        _limiter.Dispose();
        _connection.Dispose();
    }

    private void AnswerPlace(Func<PlaceOrder, OrderResult> answer) =>
        _grains.Answer<IOrderGrain>((_, arguments) => Task.FromResult(answer((PlaceOrder)arguments[0]!)));

    private int Places() => _grains.Asked.Count(call => call.EndsWith(".Place", StringComparison.Ordinal));

    private static StringContent Json(string body) => new(body, Encoding.UTF8, "application/json");

    private static Order Pending(PlaceOrder command) => new(42, command.UserId, command.Items, OrderStatus.Pending, 0, At, At, FailReason: null, Version: 1);

    private async Task Connect()
    {
        await _connection.StartAsync(CancellationToken.None);
        await _connection.ExecuteTask!;
    }

    /// <summary>Advances the clock for each retry delay until the call is done.</summary>
    private async Task<T> Finish<T>(Task<T> call)
    {
        var passed = 0;
        while (!call.IsCompleted)
        {
            if (_time.Timers > passed)
            {
                passed = _time.Timers;
                _time.Advance(ClusterClient.MaxRetryDelay);
            }

            await Task.Yield();
        }

        return await call;
    }

    private sealed class CountedTime : FakeTimeProvider
    {
        private int _timers;

        public int Timers => Volatile.Read(ref _timers);

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = base.CreateTimer(callback, state, dueTime, period);
            Interlocked.Increment(ref _timers);
            return timer;
        }
    }
}
