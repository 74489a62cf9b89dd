using OrderFlow.Orders;
using OrderFlow.Tests.Fixtures;
using static OrderFlow.Tests.Fixtures.OrderFlowCluster;

namespace OrderFlow.Tests.Cluster;

/// <summary>An <c>Idempotency-Key</c> that has expired and is not swept yet.</summary>
[Collection(ClusterCollection.Name)]
public sealed class ExpiredIdempotencyKeys(SharedCluster shared)
{
    private readonly OrderFlowCluster _cluster = shared.Cluster;

    [Fact]
    public async Task An_expired_key_whose_order_is_gone_places_a_new_order_and_never_the_old_id_again()
    {
        await _cluster.SetStock("expired", 10);
        var command = Command(Alice, ("expired", 1));
        var keyed = _cluster.Client.GetGrain<IIdempotencyGrain>(0);
        var (old, fresh, unused) = (await _cluster.NextId(), await _cluster.NextId(), await _cluster.NextId());
        Assert.Equal(KeyUse.First, (await keyed.Place("idem/expired", old, command)).Use);
        await _cluster.Settled(old);
        await _cluster.Order(old).Delete(Alice);
        await Execute($"DELETE FROM orders WHERE id = {old}");
        await _cluster.DeactivateAll();
        await Age("idem/expired", "25 hours");

        var placed = await keyed.Place("idem/expired", fresh, command);
        var again = await keyed.Place("idem/expired", unused, command);

        Assert.Equal((KeyUse.First, fresh), (placed.Use, placed.Result!.Order!.Id));
        Assert.Equal((KeyUse.Repeated, fresh), (again.Use, again.Result!.Order!.Id));
        Assert.Equal(0, await _cluster.Scalar<long>($"SELECT count(*) FROM orders WHERE id IN ({old}, {unused})"));
    }

    [Fact]
    public async Task A_key_that_is_about_to_expire_still_answers_with_its_order()
    {
        await _cluster.SetStock("unexpired", 10);
        var command = Command(Alice, ("unexpired", 1));
        var keyed = _cluster.Client.GetGrain<IIdempotencyGrain>(0);
        var (id, unused) = (await _cluster.NextId(), await _cluster.NextId());
        await keyed.Place("idem/unexpired", id, command);
        await Age("idem/unexpired", "23 hours 59 minutes");

        var again = await keyed.Place("idem/unexpired", unused, command);

        Assert.Equal((KeyUse.Repeated, id), (again.Use, again.Result!.Order!.Id));
    }

    private Task Age(string key, string by) => Execute($$"""
        UPDATE orleans_grain_state
        SET payload = convert_to(jsonb_set(convert_from(payload, 'UTF8')::jsonb, '{UsedAt}', to_jsonb(now() - interval '{{by}}'))::text, 'UTF8')
        WHERE state_name = 'idempotency' AND grain_extension LIKE '%{{key}}'
        """);

    private async Task Execute(string sql)
    {
        await using var command = _cluster.Database.CreateCommand(sql);
        Assert.Equal(1, await command.ExecuteNonQueryAsync());
    }
}
