using Microsoft.Extensions.Options;
using OrderFlow.Orders;
using OrderFlow.Recovery;
using OrderFlow.Tests.Fixtures;
using Orleans.Storage;

namespace OrderFlow.Tests.Cluster;

/// <summary>An <c>Idempotency-Key</c> that is swept, and used by another command, while a command with it is running.</summary>
public sealed class ReusedIdempotencyKeys
{
    [Fact]
    public async Task A_key_that_another_command_has_taken_over_places_nothing()
    {
        var command = OrderFlowCluster.Command(OrderFlowCluster.Alice, ("anew", 1));
        var other = new IdempotencyRecord { OrderId = 3, Fingerprint = "other", UsedAt = DateTimeOffset.UtcNow };
        var keys = new Keys { Record = new IdempotencyRecord { OrderId = 1, Fingerprint = CommandFingerprint.Of(command), UsedAt = DateTimeOffset.UtcNow } };
        var grains = GivenGrains.Make().Answer<IOrderGrain>((_, _) =>
        {
            keys.Record = other;   // swept, and used by another command
            return Task.FromResult(new OrderResult(Outcome.IdTaken));
        });
        var keyed = new IdempotentPlacement(keys, grains.Factory, TimeProvider.System, Options.Create(new RecoveryOptions()));

        var placed = await keyed.Place("idem/anew", freshId: 2, command);

        Assert.Equal((KeyUse.OtherCommand, null), (placed.Use, placed.Result));
        Assert.Equal(["IOrderGrain(1).Place"], grains.Asked);
    }

    /// <summary>Holds one key. Its version is the record itself.</summary>
    private sealed class Keys : IGrainStorage
    {
        public required IdempotencyRecord Record { get; set; }

        public Task ReadStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            (grainState.State, grainState.ETag, grainState.RecordExists) = ((T)(object)Record, Record.Fingerprint, true);
            return Task.CompletedTask;
        }

        public Task WriteStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState)
        {
            if (grainState.ETag != Record.Fingerprint) throw new InconsistentStateException();

            Record = (IdempotencyRecord)(object)grainState.State!;
            return Task.CompletedTask;
        }

        public Task ClearStateAsync<T>(string stateName, GrainId grainId, IGrainState<T> grainState) => throw new NotSupportedException();
    }
}
