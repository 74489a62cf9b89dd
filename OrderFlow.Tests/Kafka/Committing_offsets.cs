using OrderFlow.Silo.Kafka;

namespace OrderFlow.Tests.Kafka;

public sealed class Committing_offsets
{
    private readonly OffsetTracker _offsets = new();

    [Fact]
    public void Nothing_is_committed_before_something_was_read() => Assert.Null(_offsets.TakeAdvance());

    [Fact]
    public void What_is_not_dealt_with_is_never_passed()
    {
        foreach (var offset in new long[] { 10, 11, 12 }) _offsets.Begin(offset);
        _offsets.Finish(11);
        _offsets.Finish(12);

        Assert.Equal(10, _offsets.TakeAdvance());
        _offsets.Finish(10);
        Assert.Equal(13, _offsets.TakeAdvance());
    }

    [Fact]
    public void An_advance_is_told_of_once()
    {
        _offsets.Begin(5);
        _offsets.Finish(5);

        Assert.Equal(6, _offsets.TakeAdvance());
        Assert.Null(_offsets.TakeAdvance());
    }

    [Fact]
    public void Offsets_that_are_missing_in_the_log_are_passed_over()
    {
        _offsets.Begin(5);
        _offsets.Begin(9);
        _offsets.Finish(5);
        Assert.Equal(9, _offsets.TakeAdvance());

        _offsets.Finish(9);
        Assert.Equal((10, 0), (_offsets.TakeAdvance(), _offsets.Open));
    }
}
