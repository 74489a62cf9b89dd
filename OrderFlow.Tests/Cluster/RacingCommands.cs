using Microsoft.Extensions.DependencyInjection;
using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using static OrderFlow.Tests.Fixtures.OrderFlowCluster;

namespace OrderFlow.Tests.Cluster;

/// <summary>Two commands that exclude each other reach an order at the same moment, each through another silo: exactly one has its effect.</summary>
public sealed class RacingCommands : IAsyncLifetime
{
    private const int Rounds = 200;
    private const int RoundsAtOnce = 16;
    private const int UnitsOfA = 1;
    private const int UnitsOfB = 2;

    /// <summary>Only the tests expire orders.</summary>
    private static readonly KeyValuePair<string, string?> RareExpiry = new("Orders:ExpiryInterval", "00:01:00");

    private OrderFlowCluster _cluster = null!;
    private IServiceProvider[] _silos = null!;

    public async Task InitializeAsync()
    {
        _cluster = await Start(silos: 2, settings: RareExpiry);
        _silos = [.. _cluster.AllSiloServices];
        await _cluster.SetStock("race-a", UnitsOfA * Rounds);
        await _cluster.SetStock("race-b", UnitsOfB * Rounds);
    }

    public async Task DisposeAsync() => await _cluster.DisposeAsync();

    [Fact]
    public async Task An_order_is_either_confirmed_or_expires()
    {
        var confirmed = await Race(reserveFor: TimeSpan.Zero, async (round, id) =>
        {
            Task<OrderResult> confirming = null!;
            await AtOnce(
                round,
                silo => confirming = Fulfilling(silo, id).ChangeStatus(new(OrderStatus.Confirmed, Payments)),
                silo => Fulfilling(silo, id).Expire());

            var isConfirmed = (await confirming).Outcome == Outcome.Ok;
            var order = (await _cluster.Order(id).Get(Admin)).Order!;
            Assert.Equal(
                isConfirmed ? (Outcome.Ok, OrderStatus.Confirmed, null) : (Outcome.Conflict, OrderStatus.Cancelled, "expired"),
                ((await confirming).Outcome, order.Status, order.CancelReason));
            Assert.Equal(["order.created", "order.reserved", isConfirmed ? "order.confirmed" : "order.cancelled"], await _cluster.EventsOf(id));
            return isConfirmed;
        });

        Assert.InRange(confirmed, 1, Rounds - 1);
        var expired = Rounds - confirmed;
        Assert.Equal((UnitsOfA * expired, UnitsOfA * confirmed), await _cluster.StockOf("race-a"));
        Assert.Equal((UnitsOfB * expired, UnitsOfB * confirmed), await _cluster.StockOf("race-b"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_order_is_either_fulfilled_or_cancelled(bool isConfirmed)
    {
        var fulfilled = await Race(reserveFor: null, async (round, id) =>
        {
            if (isConfirmed) await Confirm(id);
            Task<OrderResult> fulfilling = null!, cancelling = null!;
            await AtOnce(
                round,
                silo => fulfilling = Fulfilling(silo, id).ChangeStatus(new(OrderStatus.Fulfilled, Fulfilment)),
                silo => cancelling = Order(silo, id).ChangeStatus(OrderStatus.Cancelled, isConfirmed ? Admin : Alice));

            var isFulfilled = (await fulfilling).Outcome == Outcome.Ok;
            Assert.Equal(
                isFulfilled ? (Outcome.Ok, Outcome.Conflict, OrderStatus.Fulfilled) : (Outcome.Conflict, Outcome.Ok, OrderStatus.Cancelled),
                ((await fulfilling).Outcome, (await cancelling).Outcome, (await _cluster.Order(id).Get(Admin)).Order!.Status));
            Assert.Equal(isFulfilled ? "order.fulfilled" : "order.cancelled", (await _cluster.EventsOf(id))[isConfirmed ? 3 : 2]);
            return isFulfilled;
        });

        await UnitsHaveLeft(fulfilled);
    }

    [Fact]
    public async Task An_order_that_is_deleted_was_fulfilled_before_or_releases_its_units()
    {
        var fulfilled = await Race(reserveFor: null, async (round, id) =>
        {
            await Confirm(id);
            Task<OrderResult> fulfilling = null!, deleting = null!;
            await AtOnce(
                round,
                silo => fulfilling = Fulfilling(silo, id).ChangeStatus(new(OrderStatus.Fulfilled, Fulfilment)),
                silo => deleting = Order(silo, id).Delete(Admin));

            var isFulfilled = (await fulfilling).Outcome == Outcome.Ok;
            Assert.Equal((isFulfilled ? Outcome.Ok : Outcome.NotFound, Outcome.Ok), ((await fulfilling).Outcome, (await deleting).Outcome));
            Assert.Equal(
                ["order.created", "order.reserved", "order.confirmed", isFulfilled ? "order.fulfilled" : "order.cancelled"], await _cluster.EventsOf(id));
            return isFulfilled;
        });

        await UnitsHaveLeft(fulfilled);
    }

    private async Task Confirm(long id) =>
        Assert.Equal(Outcome.Ok, (await _cluster.Fulfilling(id).ChangeStatus(new(OrderStatus.Confirmed, Payments))).Outcome);

    /// <summary>Asserts that each command was first in some rounds, and that the units of exactly the fulfilled orders have left.</summary>
    private async Task UnitsHaveLeft(int fulfilled)
    {
        Assert.InRange(fulfilled, 1, Rounds - 1);
        Assert.Equal((UnitsOfA * (Rounds - fulfilled), 0), await _cluster.StockOf("race-a"));
        Assert.Equal((UnitsOfB * (Rounds - fulfilled), 0), await _cluster.StockOf("race-b"));
    }

    /// <summary>Runs the rounds, some at a time, each with a reserved order.</summary>
    /// <returns>How many rounds returned true.</returns>
    private async Task<int> Race(TimeSpan? reserveFor, Func<int, long, Task<bool>> runRound)
    {
        var won = 0;
        await Parallel.ForAsync(0, Rounds, new ParallelOptions { MaxDegreeOfParallelism = RoundsAtOnce }, async (round, _) =>
        {
            var id = await _cluster.Place(Command(Alice, ("race-a", UnitsOfA), ("race-b", UnitsOfB)) with { ReserveFor = reserveFor });
            await _cluster.Settled(id);
            if (await runRound(round, id)) Interlocked.Increment(ref won);
        });
        await _cluster.Quiet();
        return won;
    }

    /// <summary>Sends two calls through the two silos; either silo and either call is first in turn.</summary>
    private async Task AtOnce(int round, Func<IServiceProvider, Task> one, Func<IServiceProvider, Task> other)
    {
        var (silo, otherSilo) = (_silos[round % 2], _silos[1 - (round % 2)]);
        var isFirst = round / 2 % 2 == 0;
        var first = isFirst ? one(silo) : other(otherSilo);
        var second = isFirst ? other(otherSilo) : one(silo);
        await Task.WhenAll(first, second);
    }

    private static IOrderGrain Order(IServiceProvider silo, long id) => silo.GetRequiredService<IGrainFactory>().GetGrain<IOrderGrain>(id);

    private static IOrderFulfilmentGrain Fulfilling(IServiceProvider silo, long id) => silo.GetRequiredService<IGrainFactory>().GetGrain<IOrderFulfilmentGrain>(id);
}
