using OrderFlow.Silo.Kafka.Consumer;

namespace OrderFlow.Tests.Kafka;

public sealed class OffsetTracking
{
    private readonly OffsetTracker _offsets = new();

    [Fact]
    public void Nothing_is_committable_before_a_message_starts() => Assert.Null(_offsets.TakeCommittable());

    [Fact]
    public void A_message_in_flight_is_never_passed()
    {
        foreach (var offset in new long[] { 10, 11, 12 }) _offsets.Start(offset);
        _offsets.Complete(11);
        _offsets.Complete(12);

        Assert.Equal(10, _offsets.TakeCommittable());
        _offsets.Complete(10);
        Assert.Equal(13, _offsets.TakeCommittable());
    }

    [Fact]
    public void An_offset_is_taken_once()
    {
        _offsets.Start(5);
        _offsets.Complete(5);

        Assert.Equal(6, _offsets.TakeCommittable());
        Assert.Null(_offsets.TakeCommittable());
    }

    [Fact]
    public void Offsets_that_are_missing_in_the_log_are_passed_over()
    {
        _offsets.Start(5);
        _offsets.Start(9);
        _offsets.Complete(5);
        Assert.Equal(9, _offsets.TakeCommittable());

        _offsets.Complete(9);
        Assert.Equal((10, 0), (_offsets.TakeCommittable(), _offsets.InFlight));
    }
}
